/// The signature algorithms that are verified here (RFC 7518 section 3.1, RFC 8037 section 3.1).
///
/// There is no `none`. The HS algorithms are for keys that never left this process; no issuer can be given them.
public enum JWSAlgorithm: String, CaseIterable, Sendable {
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case edDSA = "EdDSA"
    case hs256 = "HS256"
    case hs384 = "HS384"
    case hs512 = "HS512"

    /// Whether verifier and signer share the key.
    public var isSymmetric: Bool {
        switch self {
        case .hs256, .hs384, .hs512: true
        case .es256, .es384, .es512, .rs256, .rs384, .rs512, .ps256, .ps384, .ps512, .edDSA: false
        }
    }

    /// Those that an issuer outside may use.
    public static let asymmetric = Set(allCases.filter { !$0.isSymmetric })
}
