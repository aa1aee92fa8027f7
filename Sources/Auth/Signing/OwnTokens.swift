internal import Policy
internal import StrictJSON

/// How our own tokens are named, for whom they may be, and how long they are good.
public struct TokenSettings: Sendable, Equatable {
    /// Their `iss`, an https address; also the audience of those that are for this gateway.
    public var issuer: String
    /// The other audiences that may be asked for.
    public var audiences: [String]
    /// How long a token is good at most, in seconds.
    public var lifeSeconds: Int

    /// The provider's name of our own tokens, as revocations name it; no configured issuer may have it.
    public static let provider = "maxine"

    /// Makes settings.
    public init(issuer: String, audiences: [String] = [], lifeSeconds: Int = 900) {
        self.issuer = issuer
        self.audiences = audiences
        self.lifeSeconds = lifeSeconds
    }
}

/// What our own tokens are verified by and must say.
package struct OwnTokens: Sendable {
    let settings: TokenSettings
    let keys: SigningKeyRing
    /// The rules for the outer claims; by our own clock, so without any skew.
    let issuer: TokenIssuer

    /// Takes tokens that these keys signed.
    package init(_ settings: TokenSettings, keys: SigningKeyRing) {
        self.settings = settings
        self.keys = keys
        var issuer = TokenIssuer(
            name: TokenSettings.provider, issuer: settings.issuer, audiences: [settings.issuer],
            keys: .file(keys.path))
        issuer.algorithms = [.es256]
        issuer.types = [TokenKind.access.rawValue, TokenKind.svid.rawValue.lowercased()]
        issuer.skewSeconds = 0
        self.issuer = issuer
    }
}

/// What sort of token is made.
enum TokenKind: String {
    /// RFC 9068.
    case access = "at+jwt"
    /// A JWT-SVID, for a workload of our trust domain.
    case svid = "JWT"

    /// The sort for a principal.
    init(_ principal: Principal) {
        self = principal.kind == .service && principal.spiffeID != nil ? .svid : .access
    }
}

/// The token that one of ours was made from, kept in it so that it is judged again each time ours is.
///
/// INVARIANT: ours is good no longer, and gives no more, than that one would: its issuer must still be configured, its claims must
/// meet the rules and make the same principal by the mapping of now, and neither may be revoked.
struct TokenOrigin {
    static let claim = "origin"

    /// The configured issuer's name.
    let provider: String
    /// The type in its header, in lower case; nil for none.
    let type: String?
    let claims: JSONValue

    init(provider: String, type: String?, claims: JSONValue) {
        self.provider = provider
        self.type = type
        self.claims = claims
    }

    /// Reads it from the claims of a token of ours.
    init(of token: JSONValue) throws(TokenRefusal) {
        guard let value = token[Self.claim], let provider = value["provider"]?.string,
            let claims = value["claims"]
        else { throw .claims }
        self.init(provider: provider, type: value["typ"]?.string, claims: claims)
    }

    func write(to writer: inout JSONWriter) {
        writer.raw("{\"provider\":")
        writer.string(provider)
        if let type {
            writer.raw(",\"typ\":")
            writer.string(type)
        }
        writer.raw(",\"claims\":")
        writer.value(claims)
        writer.raw("}")
    }
}
