internal import Crypto
internal import CryptoExtras
internal import Foundation

/// The signature algorithms of JWT-SVID section 2.1; no other name is an algorithm here.
public enum JWSAlgorithm: String, CaseIterable, Sendable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
}

/// The public half of a JSON web key, and with it which algorithms may be used.
enum JWTKeyMaterial: Sendable {
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case p521(P521.Signing.PublicKey)
    case rsa(_RSA.Signing.PublicKey)

    /// An elliptic-curve key fits exactly one algorithm; an RSA key fits six.
    func fits(_ algorithm: JWSAlgorithm) -> Bool {
        switch (self, algorithm) {
        case (.p256, .es256), (.p384, .es384), (.p521, .es512): true
        case (.rsa, .rs256), (.rsa, .rs384), (.rsa, .rs512): true
        case (.rsa, .ps256), (.rsa, .ps384), (.rsa, .ps512): true
        default: false
        }
    }

    /// Whether the key made the signature; false for an algorithm that does not fit it.
    func isValid(_ signature: [UInt8], of input: [UInt8], by algorithm: JWSAlgorithm) -> Bool {
        guard fits(algorithm) else { return false }
        switch self {
        case .p256(let key):
            guard let made = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else {
                return false
            }
            return key.isValidSignature(made, for: SHA256.hash(data: input))
        case .p384(let key):
            guard let made = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else {
                return false
            }
            return key.isValidSignature(made, for: SHA384.hash(data: input))
        case .p521(let key):
            guard let made = try? P521.Signing.ECDSASignature(rawRepresentation: signature) else {
                return false
            }
            return key.isValidSignature(made, for: SHA512.hash(data: input))
        case .rsa(let key):
            return Self.isValid(signature, of: input, by: algorithm, key: key)
        }
    }

    private static func isValid(
        _ signature: [UInt8], of input: [UInt8], by algorithm: JWSAlgorithm,
        key: _RSA.Signing.PublicKey
    ) -> Bool {
        let made = _RSA.Signing.RSASignature(rawRepresentation: Data(signature))
        let v15 = _RSA.Signing.Padding.insecurePKCS1v1_5
        switch algorithm {
        case .rs256: return key.isValidSignature(made, for: SHA256.hash(data: input), padding: v15)
        case .rs384: return key.isValidSignature(made, for: SHA384.hash(data: input), padding: v15)
        case .rs512: return key.isValidSignature(made, for: SHA512.hash(data: input), padding: v15)
        case .ps256: return key.isValidSignature(made, for: SHA256.hash(data: input), padding: .PSS)
        case .ps384: return key.isValidSignature(made, for: SHA384.hash(data: input), padding: .PSS)
        case .ps512: return key.isValidSignature(made, for: SHA512.hash(data: input), padding: .PSS)
        case .es256, .es384, .es512: return false
        }
    }
}
