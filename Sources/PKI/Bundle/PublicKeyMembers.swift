internal import Crypto
internal import CryptoExtras
internal import StrictJSON

/// The members of a JSON web key that hold a certificate's public key (RFC 7518 section 6, RFC 8037).
enum PublicKeyMembers {
    case material(JWTKeyMaterial)
    case ed25519(Curve25519.Signing.PublicKey)

    /// Nil for a kind of key that no certificate of ours may have.
    init?(_ subjectPublicKeyInfo: [UInt8]) {
        if let key = try? P256.Signing.PublicKey(derRepresentation: subjectPublicKeyInfo) {
            self = .material(.p256(key))
        } else if let key = try? P384.Signing.PublicKey(derRepresentation: subjectPublicKeyInfo) {
            self = .material(.p384(key))
        } else if let key = try? _RSA.Signing.PublicKey(derRepresentation: subjectPublicKeyInfo) {
            self = .material(.rsa(key))
        } else if subjectPublicKeyInfo.count == 44,
            let key = try? Curve25519.Signing.PublicKey(
                rawRepresentation: subjectPublicKeyInfo.suffix(32))
        {
            self = .ed25519(key)
        } else {
            return nil
        }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .material(let material): material.writeMembers(to: &writer)
        case .ed25519(let key):
            writer.raw("\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":")
            writer.string(Base64URL.encode(key.rawRepresentation))
        }
    }
}
