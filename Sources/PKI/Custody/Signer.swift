internal import Crypto
internal import Foundation
internal import SwiftASN1
internal import X509

/// A P-256 private key that signs, wherever it is kept.
///
/// The one seam of key custody: certificates, tokens, revocation lists and OCSP responses are all signed through it.
public protocol Signer: Sendable {
    /// The public key as DER SubjectPublicKeyInfo.
    var publicKeyDER: [UInt8] { get }
    /// Whether signing is a computation of this process, and not a call to another.
    var isLocal: Bool { get }
    /// Signs a message with ECDSA and SHA-256.
    ///
    /// - Returns: The signature as DER (RFC 3279 section 2.2.3).
    /// - Throws: `PKIError.signingFailed`.
    func signature(of message: [UInt8]) throws(PKIError) -> [UInt8]
}

/// Makes and finds the keys of a trust domain's authorities.
public protocol KeyCustody: Sendable {
    /// Makes a key under a new name, durable when this returns.
    /// - Throws: `PKIError`.
    func makeKey(_ name: String) throws(PKIError) -> any Signer
    /// Finds a key.
    /// - Throws: `PKIError.unusableFiles` with what to do when it is not there.
    func signer(_ name: String) throws(PKIError) -> any Signer
    /// Destroys a key; one that is not there is no error.
    /// - Throws: `PKIError`.
    func destroyKey(_ name: String) throws(PKIError)
}

/// A key in this process's memory.
struct LocalSigner: Signer {
    let key: P256.Signing.PrivateKey

    var publicKeyDER: [UInt8] { Array(key.publicKey.derRepresentation) }
    var isLocal: Bool { true }

    func signature(of message: [UInt8]) throws(PKIError) -> [UInt8] {
        guard let made = try? key.signature(for: SHA256.hash(data: message)) else {
            throw .signingFailed("the signature can't be made")
        }
        return Array(made.derRepresentation)
    }
}

extension Signer {
    /// The signature in the form of RFC 7518 section 3.4: r and s, 32 bytes each.
    func rawSignature(of message: [UInt8]) throws(PKIError) -> [UInt8] {
        let der = try signature(of: message)
        guard let made = try? P256.Signing.ECDSASignature(derRepresentation: der) else {
            throw .signingFailed("the signer gave no ECDSA signature")
        }
        return Array(made.rawRepresentation)
    }

    /// The public key, as certificates take it.
    func publicKey() throws(PKIError) -> P256.Signing.PublicKey {
        guard let key = try? P256.Signing.PublicKey(derRepresentation: publicKeyDER) else {
            throw .signingFailed("the signer's key is not on P-256")
        }
        return key
    }

    /// The private key, as the certificate library takes it.
    func certificateKey() throws(PKIError) -> Certificate.PrivateKey {
        if let local = self as? LocalSigner { return .init(local.key) }
        return .init(SignerKey(signer: self, publicKey: .init(try publicKey())))
    }
}

/// A signer in the clothes of the certificate library.
private struct SignerKey: CustomPrivateKey {
    let signer: any Signer
    let publicKey: Certificate.PublicKey

    var defaultSignatureAlgorithm: Certificate.SignatureAlgorithm { .ecdsaWithSHA256 }
    var supportedSignatureAlgorithms: [Certificate.SignatureAlgorithm] { [.ecdsaWithSHA256] }
    static var defaultPEMDiscriminator: String { "PRIVATE KEY" }

    func signSynchronously(
        bytes: some DataProtocol, signatureAlgorithm: Certificate.SignatureAlgorithm
    ) throws -> Certificate.Signature {
        let der = try signer.signature(of: Array(bytes))
        return try Certificate.Signature(
            signatureAlgorithm: signatureAlgorithm,
            signatureBytes: ASN1BitString(bytes: der[...]))
    }

    func serializeAsPEM(discriminator: String) throws -> PEMDocument {
        throw PKIError.signingFailed("this key never leaves its keeper")
    }

    func serialize(into coder: inout DER.Serializer) throws {
        throw PKIError.signingFailed("this key never leaves its keeper")
    }

    static func == (left: Self, right: Self) -> Bool { left.publicKey == right.publicKey }
    func hash(into hasher: inout Hasher) { hasher.combine(publicKey) }
}
