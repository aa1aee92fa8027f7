import Policy
import SwiftASN1
import Text
import X509

/// Reads what a certificate signing request asks for.
enum RequestedExtensions {
    static func spiffeID(_ extensions: Certificate.Extensions) throws -> SPIFFEID {
        guard extensions.count <= PKILimits.extensionsMax else {
            throw DERFlaw.malformed("too many extensions")
        }
        var names: [GeneralName] = []
        for asked in extensions {
            switch asked.oid {
            case .X509ExtensionID.subjectAlternativeName:
                names = Array(try SubjectAlternativeNames(asked))
            case .X509ExtensionID.basicConstraints:
                guard case .notCertificateAuthority = try BasicConstraints(asked) else {
                    throw DERFlaw.malformed("it asks for a CA certificate")
                }
            case .X509ExtensionID.keyUsage:
                let usage = try KeyUsage(asked)
                guard !usage.keyCertSign, !usage.cRLSign else {
                    throw DERFlaw.malformed("it asks for the right to sign certificates")
                }
            case .X509ExtensionID.extendedKeyUsage:
                try checkExtendedKeyUsage(ExtendedKeyUsage(asked))
            case .X509ExtensionID.subjectKeyIdentifier:
                break
            default:
                guard !asked.critical else {
                    throw DERFlaw.malformed("it asks for the critical extension \(asked.oid)")
                }
            }
        }
        return try spiffeID(names)
    }

    private static func checkExtendedKeyUsage(_ usages: ExtendedKeyUsage) throws {
        let granted: [ExtendedKeyUsage.Usage] = [.serverAuth, .clientAuth]
        guard usages.allSatisfy({ granted.contains($0) }) else {
            throw DERFlaw.malformed("it asks for another extended key usage than TLS")
        }
    }

    private static func spiffeID(_ names: [GeneralName]) throws -> SPIFFEID {
        let uris = names.compactMap { name -> String? in
            guard case .uniformResourceIdentifier(let uri) = name else { return nil }
            return uri
        }
        if let other = names.first(where: {
            if case .uniformResourceIdentifier = $0 { false } else { true }
        }) {
            throw DERFlaw.malformed(
                "it asks for \(text(of: other)); an identity of this authority has one name, its SPIFFE ID"
            )
        }
        guard let uri = uris.first, uris.count == 1 else {
            throw DERFlaw.malformed(
                "it asks for \(uris.count) URIs; an SVID has exactly one, its SPIFFE ID (X509-SVID section 2)"
            )
        }
        let id: SPIFFEID
        do throws(SPIFFEIDError) {
            id = try SPIFFEID(parsing: uri)
        } catch {
            throw DERFlaw.malformed(
                "\(quote(uri)) is not a SPIFFE ID: \(error) (SPIFFE-ID section 2)")
        }
        guard !id.path.isEmpty else {
            throw DERFlaw.malformed(
                "\(quote(uri)) names a trust domain and no workload: it has no path (X509-SVID section 2)"
            )
        }
        return id
    }

    private static func text(of name: GeneralName) -> String {
        switch name {
        case .dnsName(let text): "the DNS name \(quote(text))"
        case .rfc822Name(let text): "the e-mail address \(quote(text))"
        case .ipAddress: "an IP address"
        case .directoryName: "a directory name"
        default: "a name that is no URI"
        }
    }
}
