internal import Crypto
internal import CryptoExtras
internal import StrictJSON

/// Verifies compact JWS signatures, strictly (RFC 7515 section 5.2, RFC 8725).
public enum JWSVerifier {
    /// Verifies a token with one key of a set.
    ///
    /// - Parameters:
    ///   - token: What was taken apart.
    ///   - keys: The keys of the token's issuer and of nobody else.
    ///   - allowed: The algorithms that the issuer may use.
    /// - Returns: The token's contents, to be judged.
    /// - Throws: ``TokenRefusal``.
    public static func verify(
        _ token: RawToken, keys: JSONWebKeySet, allowed: Set<JWSAlgorithm>
    ) throws(TokenRefusal) -> VerifiedToken {
        guard allowed.contains(token.algorithm) else { throw .algorithm }
        guard let key = keys.key(named: token.keyID) else { throw .keyMissing }
        guard key.isFit(for: token.algorithm) else { throw .keyUnfit }
        guard isValid(token, key) else { throw .signature }
        return VerifiedToken(token)
    }

    private static func isValid(_ token: RawToken, _ key: JSONWebKey) -> Bool {
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
        case .secret(let key): return isAuthentic(token, key)
        }
    }

    private static func isValid(
        _ token: RawToken, _ key: _RSA.Signing.PublicKey, _ signature: _RSA.Signing.RSASignature
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
        case .es256, .es384, .es512, .edDSA, .hs256, .hs384, .hs512: return false
        }
    }

    /// Compares in constant time.
    private static func isAuthentic(_ token: RawToken, _ key: SymmetricKey) -> Bool {
        let bytes = token.signedBytes
        let code = token.signature
        switch token.algorithm {
        case .hs256:
            return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: bytes, using: key)
        case .hs384:
            return HMAC<SHA384>.isValidAuthenticationCode(code, authenticating: bytes, using: key)
        case .hs512:
            return HMAC<SHA512>.isValidAuthenticationCode(code, authenticating: bytes, using: key)
        case .es256, .es384, .es512, .rs256, .rs384, .rs512, .ps256, .ps384, .ps512, .edDSA:
            return false
        }
    }
}

/// A token whose signature was verified with a key of its issuer; its claims are not judged yet.
public struct VerifiedToken: Sendable {
    /// The header's type, in lower case and without `application/`.
    public let type: String?
    /// The payload, as it was signed.
    public let payload: [UInt8]

    init(_ token: RawToken) {
        type = token.type
        payload = token.payload
    }

    /// The claims: one JSON object without duplicate members (RFC 7519 section 4).
    ///
    /// - Throws: ``TokenRefusal/payload``.
    func claims() throws(TokenRefusal) -> JSONValue {
        guard let value = try? StrictJSON.parse(payload, limits: RawToken.jsonLimits),
            case .object = value
        else { throw .payload }
        return value
    }
}
