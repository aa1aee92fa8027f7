/// A request to sign somebody on (SAML Core section 3.4.1).
public struct SAMLRequest: Sendable {
    /// Its ID, which the answer must name.
    public let id: String
    private let document: [UInt8]

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - id: 128 random bits at least (section 1.3.4), in letters, digits, `-` and `_`, no digit first.
    ///   - issuer: Our entity id.
    ///   - destination: Where it is sent.
    ///   - assertionConsumer: Where the answer is to be sent.
    ///   - nameFormat: What sort of name is wanted; nil for what the provider uses.
    ///   - forced: Whether the person has to prove who they are anew.
    ///   - nowSeconds: The wall clock, seconds since the Unix epoch.
    public init(
        id: String, issuer: String, destination: String, assertionConsumer: String,
        nameFormat: String?,
        forced: Bool, nowSeconds: Int64
    ) {
        self.id = id
        var text = "<samlp:AuthnRequest xmlns:samlp=\"\(SAMLNames.protocolNamespace)\""
        let attributes = [
            ("AssertionConsumerServiceURL", assertionConsumer), ("Destination", destination),
            ("ForceAuthn", forced ? "true" : "false"), ("ID", id),
            ("IssueInstant", SAMLTime.text(nowSeconds)),
            ("ProtocolBinding", SAMLNames.postBinding), ("Version", "2.0"),
        ]
        for (name, value) in attributes { text += " \(name)=\"\(XMLText.escaped(value))\"" }
        text += "><saml:Issuer xmlns:saml=\"\(SAMLNames.assertionNamespace)\">"
        text += XMLText.escaped(issuer) + "</saml:Issuer>"
        let format = nameFormat.map { " Format=\"\(XMLText.escaped($0))\"" } ?? ""
        text += "<samlp:NameIDPolicy AllowCreate=\"true\"\(format)></samlp:NameIDPolicy>"
        document = Array((text + "</samlp:AuthnRequest>").utf8)
    }

    /// The address that a browser is sent to.
    ///
    /// - Parameters:
    ///   - location: The provider's address.
    ///   - relayState: What the answer brings back, 80 bytes at most.
    ///   - key: What signs; nil where nothing is signed.
    /// - Returns: Nil where the library can't sign.
    public func redirect(to location: String, relayState: String, key: RequestKey?) -> String? {
        RedirectBinding.address(
            location, carrying: document, as: .request, relayState: relayState, key: key)
    }
}
