import Policy
import Text
import X509

/// What a certificate must show before anything that it signed is looked at.
///
/// `check` holds the rules of RFC 5280 sections 4.2.1.2, 4.2.1.3 and 4.2.1.9, `checkProfile` what X509-SVID
/// sections 3.2, 4.3 and 4.4 add.
enum AuthorityRules {
    static func check(_ certificate: ParsedCertificate, element: Int) throws(PeerRefusal) {
        let extensions = certificate.extensions
        guard case .isCertificateAuthority(let length) = extensions.basicConstraints,
            extensions.basicConstraintsAreCritical
        else {
            throw .notAnAuthority(element: element, detail: "no critical cA constraint")
        }
        guard length.map({ $0 >= 0 }) ?? true else {
            throw .malformed(element: element, detail: "a negative path length")
        }
        guard let usage = extensions.keyUsage, usage.keyCertSign else {
            throw .notAnAuthority(element: element, detail: "no keyCertSign usage")
        }
        guard !certificate.header.subjectIsEmpty else {
            throw .malformed(element: element, detail: "an authority with an empty subject")
        }
        guard extensions.subjectKeyIdentifier != nil else {
            throw .malformed(element: element, detail: "an authority without a key identifier")
        }
    }

    /// The trust domain that an authority of SVIDs names, if it names one.
    ///
    /// A name must be exactly one SPIFFE ID without a path; the key usage must be critical.
    static func checkProfile(
        _ certificate: ParsedCertificate, element: Int
    ) throws(PeerRefusal) -> String? {
        guard certificate.extensions.keyUsageIsCritical else {
            throw .notAnAuthority(element: element, detail: "no critical key usage")
        }
        try LeafRules.checkExtendedKeyUsage(certificate, element: element)
        let uris = certificate.extensions.uniformResourceIdentifiers
        guard let uri = uris.first else { return nil }
        guard uris.count == 1, let id = try? SPIFFEID(parsing: uri), id.path.isEmpty else {
            throw .notAnAuthority(
                element: element, detail: "its URI is not the SPIFFE ID of a trust domain")
        }
        return id.trustDomain
    }
}

/// The rules for the leaf of an X509-SVID: X509-SVID sections 2, 3.1, 4.1 to 4.4 and 5.2.
enum LeafRules {
    static func spiffeID(of leaf: ParsedCertificate) throws(PeerRefusal) -> SPIFFEID {
        try checkUsage(leaf)
        try checkExtendedKeyUsage(leaf, element: 0)
        guard leaf.extensions.nameConstraints == nil else {
            throw .nameConstraints(element: 0, detail: "a leaf with name constraints")
        }
        if leaf.header.subjectIsEmpty, !leaf.extensions.alternativeNamesAreCritical {
            throw .identity(detail: "the subject is empty and the alternative name not critical")
        }
        let uris = leaf.extensions.uniformResourceIdentifiers
        guard uris.count == 1, let uri = uris.first else {
            throw .identity(detail: "\(uris.count) URI names, exactly one is needed")
        }
        guard let id = try? SPIFFEID(parsing: uri) else {
            throw .identity(detail: "\(quote(uri)) is not a SPIFFE ID")
        }
        guard !id.path.isEmpty else {
            throw .identity(detail: "the SPIFFE ID has no path")
        }
        return id
    }

    private static func checkUsage(_ leaf: ParsedCertificate) throws(PeerRefusal) {
        if case .isCertificateAuthority = leaf.extensions.basicConstraints {
            throw .leafIsAuthority(detail: "it is a CA certificate")
        }
        guard let usage = leaf.extensions.keyUsage else {
            throw .keyUsage(detail: "no key usage")
        }
        guard !usage.keyCertSign, !usage.cRLSign else {
            throw .leafIsAuthority(detail: "it may sign certificates or revocation lists")
        }
        guard leaf.extensions.keyUsageIsCritical else {
            throw .keyUsage(detail: "the key usage is not critical")
        }
        guard usage.digitalSignature else {
            throw .keyUsage(detail: "no digitalSignature usage")
        }
    }

    /// Absent, or both serverAuth and clientAuth and not "any".
    static func checkExtendedKeyUsage(
        _ certificate: ParsedCertificate, element: Int
    ) throws(PeerRefusal) {
        guard let usages = certificate.extensions.extendedKeyUsage else { return }
        guard usages.contains(.serverAuth), usages.contains(.clientAuth), !usages.contains(.any)
        else {
            throw .extendedKeyUsage(
                element: element,
                detail: "the extended key usage is not both server and client authentication")
        }
    }
}

extension CertificateExtensions {
    var uniformResourceIdentifiers: [String] {
        alternativeNames.compactMap { name in
            guard case .uniformResourceIdentifier(let uri) = name else { return nil }
            return uri
        }
    }
}
