internal import Auth

/// A provider of `auth.saml` while its keys are read one by one.
struct SAMLDraft {
    var settings = SAMLSettings(name: "", metadata: .file(""))
    var file: String?
    var address: String?
    var authorities: String?
    var allowsLoopbackHTTP = false

    /// Brings together what says where the metadata is.
    ///
    /// - Returns: What is wrong with that, if anything.
    mutating func settle() -> [String] {
        switch (file, address) {
        case (let file?, nil):
            settings.metadata = .file(file)
            return authorities == nil && !allowsLoopbackHTTP
                ? []
                : ["auth.saml.ca_file and auth.saml.loopback_http go with auth.saml.metadata_url"]
        case (nil, let text?):
            guard let address = KeyAddress(text, allowsLoopbackHTTP: allowsLoopbackHTTP) else {
                return ["auth.saml.metadata_url must be an https address"]
            }
            settings.metadata = .address(address, authorities: authorities)
            return settings.entityID == nil
                ? ["auth.saml.metadata_url needs auth.saml.idp_entity_id, who must be there"] : []
        case (nil, nil), (.some, .some):
            return ["a provider of auth.saml needs one of metadata_file and metadata_url"]
        }
    }
}
