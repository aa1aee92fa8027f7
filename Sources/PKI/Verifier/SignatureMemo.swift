import Policy
import X509

/// Checks that an issuer's key signed a certificate, and remembers what it found to be so.
///
/// Only intermediates are remembered: a leaf's signature is remembered with its verdict. The key is the
/// digest of the child's DER with the digest of the issuer's key, so nothing else can be meant.
final class SignatureMemo: Sendable {
    private struct Edge: Hashable, Sendable {
        let child: Fingerprint
        let issuerKey: Fingerprint
    }

    private let memo: GenerationMemo<Edge, Bool>

    init(capacity: Int = PKILimits.signatureMemoEntries) {
        memo = GenerationMemo(capacity: capacity)
    }

    func isSigned(_ child: ParsedCertificate, by issuer: ParsedCertificate) -> Bool {
        let edge = Edge(child: child.fingerprint, issuerKey: issuer.keyFingerprint)
        if memo[edge] == true { return true }
        let certificate = child.certificate
        let isValid = issuer.certificate.publicKey.isValidSignature(
            certificate.signature, for: certificate)
        if isValid, case .isCertificateAuthority = child.extensions.basicConstraints {
            memo[edge] = true
        }
        return isValid
    }
}

/// The host part of a SPIFFE ID.
enum SPIFFEHost {
    static func of(_ uri: String) -> String? {
        (try? SPIFFEID(parsing: uri))?.trustDomain
    }
}
