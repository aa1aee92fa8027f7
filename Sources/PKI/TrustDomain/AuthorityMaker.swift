import Crypto
import Foundation
import Policy
import Text
import X509

/// Makes a trust domain's authorities and checks the ones that were loaded.
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

    /// Takes the four files only when they fit each other, the trust domain and the time.
    func check(_ contents: [String: [UInt8]], directory: String) throws(PKIError) -> AuthoritySet {
        let root = try authority(contents, "root", directory)
        let intermediate = try authority(contents, "intermediate", directory)
        _ = try key(contents, "root", for: root, directory)
        let intermediateKey = try key(contents, "intermediate", for: intermediate, directory)
        do throws(PeerRefusal) {
            let bundle = try bundle(root)
            let validator = PathValidator(
                signatures: SignatureMemo(),
                clockSkewNanoseconds: PKILimits.clockSkewNanoseconds)
            _ = try validator.validate(
                [intermediate], bundle: bundle, revocations: RevocationSet(),
                nowNanoseconds: nowNanoseconds)
        } catch {
            throw .unusableFiles(
                "the authorities in \(directory) can't be used: \(error.reason) "
                    + "(counted from the intermediate)")
        }
        return AuthoritySet(
            root: root, intermediate: intermediate, intermediateKey: intermediateKey)
    }

    private func bundle(_ root: ParsedCertificate) throws(PeerRefusal) -> TrustBundle {
        do {
            return try TrustBundle(trustDomain: trustDomain, derCertificates: [root.der])
        } catch {
            throw .untrusted(trustDomain: trustDomain)
        }
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

    private func authority(
        _ contents: [String: [UInt8]], _ name: String, _ directory: String
    ) throws(PKIError) -> ParsedCertificate {
        let path = FilePath.join(directory, "\(name).pem")
        guard let blocks = try? PEMText.blocks(contents["\(name).pem"] ?? [], max: 1),
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

    private func key(
        _ contents: [String: [UInt8]], _ name: String, for certificate: ParsedCertificate,
        _ directory: String
    ) throws(PKIError) -> P256.Signing.PrivateKey {
        let path = FilePath.join(directory, "\(name).key")
        let text = String(decoding: contents["\(name).key"] ?? [], as: UTF8.self)
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: text) else {
            throw .unusableFiles("\(path) does not hold a P-256 key in PKCS#8 PEM")
        }
        guard
            Array(key.publicKey.derRepresentation) == certificate.header.subjectPublicKeyInfo
        else { throw .unusableFiles("\(path) is not the key of \(name).pem") }
        return key
    }
}
