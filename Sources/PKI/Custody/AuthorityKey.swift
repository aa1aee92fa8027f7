import Crypto
import Foundation
import SwiftASN1
import X509

/// The private key of an authority, wherever it is kept: the one seam by which authorities sign.
protocol AuthorityKey: Sendable {
    /// The public key, DER of a SubjectPublicKeyInfo.
    var subjectPublicKeyInfo: [UInt8] { get }
    /// Whether a signature waits for something outside this process; such a key never signs on an event loop.
    var waits: Bool { get }
    /// Signs a message with ECDSA and SHA-256.
    ///
    /// - Returns: DER (RFC 3279 section 2.2.3).
    /// - Throws: `PKIError.keyAway` where nothing answers that could sign; `.signingFailed`.
    func signature(of message: [UInt8]) throws(PKIError) -> [UInt8]
}

/// A key in this process's memory.
struct LocalKey: AuthorityKey {
    let key: P256.Signing.PrivateKey

    init(_ key: P256.Signing.PrivateKey = P256.Signing.PrivateKey()) {
        self.key = key
    }

    var subjectPublicKeyInfo: [UInt8] { Array(key.publicKey.derRepresentation) }
    var waits: Bool { false }

    func signature(of message: [UInt8]) throws(PKIError) -> [UInt8] {
        guard let made = try? key.signature(for: message) else {
            throw .signingFailed("a signature can't be made")
        }
        return Array(made.derRepresentation)
    }

    /// What a file holds of it, PKCS#8 in PEM.
    var pem: [UInt8] { Array((key.pemRepresentation + "\n").utf8) }
}

extension AuthorityKey {
    /// The public key, as certificates take it.
    func publicKey() throws(PKIError) -> Certificate.PublicKey {
        guard let key = try? P256.Signing.PublicKey(derRepresentation: subjectPublicKeyInfo) else {
            throw .signingFailed("the key of an authority is not on P-256")
        }
        return .init(key)
    }

    /// The private key, as the certificate library takes it.
    func forCertificates() throws(PKIError) -> Certificate.PrivateKey {
        if let local = self as? LocalKey { return .init(local.key) }
        return .init(CertificateSigner(key: self, publicKey: try publicKey()))
    }
}

/// A key that is kept elsewhere, in the clothes of the certificate library.
private struct CertificateSigner: CustomPrivateKey {
    let key: any AuthorityKey
    let publicKey: Certificate.PublicKey

    var defaultSignatureAlgorithm: Certificate.SignatureAlgorithm { .ecdsaWithSHA256 }
    var supportedSignatureAlgorithms: [Certificate.SignatureAlgorithm] { [.ecdsaWithSHA256] }
    static var defaultPEMDiscriminator: String { "PRIVATE KEY" }

    func signSynchronously(
        bytes: some DataProtocol, signatureAlgorithm: Certificate.SignatureAlgorithm
    ) throws -> Certificate.Signature {
        try Certificate.Signature(
            signatureAlgorithm: signatureAlgorithm,
            signatureBytes: ASN1BitString(bytes: try key.signature(of: Array(bytes))[...]))
    }

    func serializeAsPEM(discriminator: String) throws -> PEMDocument { throw Self.stays }

    func serialize(into coder: inout DER.Serializer) throws { throw Self.stays }

    static func == (left: Self, right: Self) -> Bool { left.publicKey == right.publicKey }

    func hash(into hasher: inout Hasher) { hasher.combine(publicKey) }

    private static let stays = PKIError.signingFailed("this key never leaves where it is kept")
}
