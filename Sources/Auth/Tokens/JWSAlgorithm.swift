/// The signature algorithms that are verified here (RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864 section 2.2).
///
/// There is no `none`, and none with a shared secret: whoever could check such a token could make one.
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
    /// The same as `EdDSA` with the only curve that is taken here.
    case ed25519 = "Ed25519"
}
