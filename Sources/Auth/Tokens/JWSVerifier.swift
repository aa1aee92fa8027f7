internal import Crypto
internal import CryptoExtras
internal import StrictJSON

/// Verifies compact JWS signatures, strictly (RFC 7515 section 5.2, RFC 8725 section 3).
enum JWSVerifier {
    /// Verifies a token with one key of a set.
    ///
    /// - Parameters:
    ///   - token: What was taken apart.
    ///   - keys: The keys of the token's issuer and of nobody else.
    ///   - allowed: The algorithms that the issuer may use.
    /// - Returns: The token's contents, to be judged.
    /// - Throws: ``TokenRefusal``.
    static func verify(
        _ token: UnverifiedToken, keys: JSONWebKeySet, allowed: Set<JWSAlgorithm>
    ) throws(TokenRefusal) -> VerifiedToken {
        guard allowed.contains(token.algorithm) else { throw .algorithm }
        guard let key = keys.key(named: token.keyID) else { throw .keyUnknown }
        guard key.isFit(for: token.algorithm) else { throw .keyUnfit }
        guard isValid(token, key) else { throw .signature }
        return VerifiedToken(token)
    }

    private static func isValid(_ token: UnverifiedToken, _ key: JSONWebKey) -> Bool {
        let bytes = token.signedBytes
        let signature = token.signature
        switch key.material {
        case .p256(let key):
            guard let value = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else {
                return false
            }
            return key.isValidSignature(value, for: SHA256.hash(data: bytes))
        case .p384(let key):
            guard let value = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else {
                return false
            }
            return key.isValidSignature(value, for: SHA384.hash(data: bytes))
        case .p521(let key):
            guard let value = try? P521.Signing.ECDSASignature(rawRepresentation: signature) else {
                return false
            }
            return key.isValidSignature(value, for: SHA512.hash(data: bytes))
        case .ed25519(let key):
            return signature.count == 64 && key.isValidSignature(signature, for: bytes)
        case .rsa(let key, let size):
            guard signature.count == size else { return false }
            return isValid(token, key, _RSA.Signing.RSASignature(rawRepresentation: signature))
        }
    }

    private static func isValid(
        _ token: UnverifiedToken, _ key: _RSA.Signing.PublicKey,
        _ signature: _RSA.Signing.RSASignature
    ) -> Bool {
        let bytes = token.signedBytes
        switch token.algorithm {
        case .rs256:
            return key.isValidSignature(
                signature, for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
        case .rs384:
            return key.isValidSignature(
                signature, for: SHA384.hash(data: bytes), padding: .insecurePKCS1v1_5)
        case .rs512:
            return key.isValidSignature(
                signature, for: SHA512.hash(data: bytes), padding: .insecurePKCS1v1_5)
        case .ps256:
            return key.isValidSignature(signature, for: SHA256.hash(data: bytes), padding: .PSS)
        case .ps384:
            return key.isValidSignature(signature, for: SHA384.hash(data: bytes), padding: .PSS)
        case .ps512:
            return key.isValidSignature(signature, for: SHA512.hash(data: bytes), padding: .PSS)
        case .es256, .es384, .es512, .edDSA, .ed25519: return false
        }
    }
}

/// A token whose signature was verified with a key of its issuer; what it says is not judged yet.
struct VerifiedToken: Sendable {
    /// The header's type, in lower case and without `application/`.
    let type: String?
    /// The claims as they were signed; nil where the payload is none.
    let claims: JSONValue?

    fileprivate init(_ token: UnverifiedToken) {
        type = token.type
        claims = token.claims
    }
}
