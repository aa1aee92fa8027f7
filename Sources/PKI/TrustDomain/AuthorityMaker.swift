import Crypto
import Foundation
import Policy
import Text
import X509

/// Makes a trust domain's authorities, and reads each of them.
struct AuthorityMaker {
    let trustDomain: String
    let nowNanoseconds: Int64

    private var now: Int64 { nowNanoseconds / PKILimits.nanosecondsPerSecond }

    /// The contents of the four files, made anew.
    func make(
        rootSeconds: Int64, intermediateSeconds: Int64
    ) throws(PKIError) -> [String: String] {
        let rootKey = P256.Signing.PrivateKey()
        let root = try certificate(
            .root, name: "root", key: rootKey, seconds: rootSeconds, signedBy: rootKey, issuer: nil)
        let key = P256.Signing.PrivateKey()
        let intermediate = try certificate(
            .intermediate(pathLength: 0), name: "intermediate", key: key,
            seconds: min(intermediateSeconds, rootSeconds), signedBy: rootKey, issuer: root)
        return [
            "root.key": rootKey.pemRepresentation + "\n",
            "root.pem": PEMText.encode(root.der, label: "CERTIFICATE"),
            "intermediate.key": key.pemRepresentation + "\n",
            "intermediate.pem": PEMText.encode(intermediate.der, label: "CERTIFICATE"),
        ]
    }

    /// A new key, and the certificate that an issuer gives it.
    ///
    /// It never outlives its issuer; cut short by more than half, it is refused.
    func intermediate(
        under issuer: ParsedCertificate, issuerKey: P256.Signing.PrivateKey, seconds: Int64
    ) throws(PKIError) -> (key: P256.Signing.PrivateKey, certificate: ParsedCertificate) {
        let key = P256.Signing.PrivateKey()
        guard let life = secondsUnder(issuer, wanted: seconds) else {
            throw .authorityEnding(notAfterNanoseconds: issuer.notAfterNanoseconds)
        }
        let made = try certificate(
            .intermediate(pathLength: 0), name: "intermediate", key: key,
            seconds: life, signedBy: issuerKey, issuer: issuer)
        return (key, made)
    }

    /// A new root and its key; signed by the one before it too, where that is given.
    func root(
        seconds: Int64, crossSignedBy older: (key: P256.Signing.PrivateKey, ParsedCertificate)?
    ) throws(PKIError) -> (
        key: P256.Signing.PrivateKey, certificate: ParsedCertificate, crossed: ParsedCertificate?
    ) {
        let key = P256.Signing.PrivateKey()
        let made = try certificate(
            .root, name: "root", key: key, seconds: seconds, signedBy: key, issuer: nil)
        guard let (olderKey, issuer) = older else { return (key, made, nil) }
        let left = issuer.notAfterNanoseconds / PKILimits.nanosecondsPerSecond - now
        guard left > 0 else {
            throw .authorityEnding(notAfterNanoseconds: issuer.notAfterNanoseconds)
        }
        let crossed = try certificate(
            .intermediate(pathLength: 1), name: "root", key: key, seconds: min(seconds, left),
            signedBy: olderKey, issuer: issuer)
        return (key, made, crossed)
    }

    /// How long something may live that an issuer signs now; nil where that is less than half of what is wanted.
    func secondsUnder(_ issuer: ParsedCertificate, wanted seconds: Int64) -> Int64? {
        let left = issuer.notAfterNanoseconds / PKILimits.nanosecondsPerSecond - now
        return left >= seconds / 2 ? min(seconds, left) : nil
    }

    private func certificate(
        _ role: CertificateTemplate.Role, name: String, key: P256.Signing.PrivateKey,
        seconds: Int64, signedBy signer: P256.Signing.PrivateKey, issuer: ParsedCertificate?
    ) throws(PKIError) -> ParsedCertificate {
        let template = CertificateTemplate(
            role: role, uri: "spiffe://\(trustDomain)", commonName: "\(trustDomain) \(name)",
            publicKey: .init(key.publicKey),
            subjectPublicKeyInfo: Array(key.publicKey.derRepresentation),
            notBeforeSeconds: now - PKILimits.backdateSeconds, notAfterSeconds: now + seconds)
        return try template.signed(by: .init(signer), issuer: issuer)
    }

    /// Reads an authority's certificate, when it is one of the trust domain.
    func authority(_ bytes: [UInt8], at path: String) throws(PKIError) -> ParsedCertificate {
        guard let blocks = try? PEMText.blocks(bytes, max: 1),
            let block = blocks.first, block.label == "CERTIFICATE"
        else { throw .unusableFiles("\(path) does not hold one PEM certificate") }
        do throws(PeerRefusal) {
            let certificate = try ParsedCertificate(der: block.der, element: 0)
            try AuthorityRules.check(certificate, element: 0)
            let domain = try AuthorityRules.checkProfile(certificate, element: 0)
            guard domain == trustDomain else {
                throw .untrusted(trustDomain: trustDomain)
            }
            return certificate
        } catch {
            guard case .untrusted = error else {
                throw .unusableFiles("\(path) is not an authority: \(error.reason)")
            }
            throw .unusableFiles(
                "\(path) is not of the configured trust domain \(quote(trustDomain))")
        }
    }

    /// Reads an authority's key, when it is that of its certificate.
    func key(
        _ bytes: [UInt8], at path: String, for certificate: ParsedCertificate, _ file: String
    ) throws(PKIError) -> P256.Signing.PrivateKey {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: text) else {
            throw .unusableFiles("\(path) does not hold a P-256 key in PKCS#8 PEM")
        }
        guard
            Array(key.publicKey.derRepresentation) == certificate.header.subjectPublicKeyInfo
        else { throw .unusableFiles("\(path) is not the key of \(file).pem") }
        return key
    }
}
