/// Why a token is refused: for records and metrics, never for whoever presented it.
public enum TokenRefusal: String, Error, Equatable, Sendable, CaseIterable {
    case tooLong = "token_too_long"
    case notCompact = "token_not_compact"
    case encrypted = "token_encrypted"
    case encoding = "token_encoding"
    case header = "token_header"
    case algorithm = "token_algorithm"
    case extensions = "token_critical_extension"
    case embeddedKey = "token_embedded_key"
    case type = "token_type"
    case keysMissing = "token_keys_missing"
    case keyUnknown = "token_key_unknown"
    case keyUnfit = "token_key_unfit"
    case signature = "token_signature"
    case payload = "token_payload"
    case issuer = "token_issuer"
    case audience = "token_audience"
    case party = "token_authorized_party"
    case time = "token_time_malformed"
    case expired = "token_expired"
    case notYetValid = "token_not_yet_valid"
    case issuedAt = "token_issued_at"
    case subject = "token_subject"
    case purpose = "token_purpose"
    case claims = "token_claims"
    case overage = "token_groups_overage"
    case binding = "token_binding"
    case revoked = "token_revoked"

    /// The stable code.
    public var code: String { rawValue }

    /// One line for the auditor.
    public var reason: String {
        switch self {
        case .tooLong: "the token is longer than is looked at"
        case .notCompact: "the token is not three parts with points between them"
        case .encrypted: "encrypted tokens are not taken"
        case .encoding: "a part of the token is not canonical base64url"
        case .header: "the token's header is not one JSON object with the members that are needed"
        case .algorithm: "the token's algorithm is not one that its issuer may use"
        case .extensions: "the token's header asks for an extension that is not known"
        case .embeddedKey: "the token's header brings or names a key of its own"
        case .type: "the token's type is not one that its issuer may use"
        case .keysMissing: "the keys of the token's issuer were never had yet"
        case .keyUnknown: "the token names no key of its issuer, or one that stands there twice"
        case .keyUnfit: "the key is not for the token's algorithm"
        case .signature: "the signature does not verify"
        case .payload: "the token's payload is not one JSON object"
        case .issuer: "no such issuer is configured"
        case .audience: "the token is for another audience"
        case .party: "the token was issued to another party"
        case .time: "a time in the token is missing or not a whole number of seconds"
        case .expired: "the token has expired"
        case .notYetValid: "the token is not valid yet"
        case .issuedAt: "the token was issued in the future, or too long ago"
        case .subject: "the token names nobody in the way that its issuer is to"
        case .purpose: "the token is for another purpose, such as signing on or logging out"
        case .claims: "the token lacks a claim that its issuer is bound to, or has too many"
        case .overage: "the token does not list the groups, but says where else to ask for them"
        case .binding: "the token is bound to another client certificate, or to none"
        case .revoked: "the token, its subject or its issuer was revoked"
        }
    }
}

extension TokenRefusal: CustomStringConvertible {
    /// One line for the auditor.
    public var description: String { reason }
}
