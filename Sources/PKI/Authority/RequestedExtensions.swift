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
        guard names.count == 1, case .uniformResourceIdentifier(let uri)? = names.first else {
            throw DERFlaw.malformed("it must ask for exactly one name, a SPIFFE ID")
        }
        guard let id = try? SPIFFEID(parsing: uri), !id.path.isEmpty else {
            throw DERFlaw.malformed("\(quote(uri)) is not a workload's SPIFFE ID")
        }
        return id
    }
}
