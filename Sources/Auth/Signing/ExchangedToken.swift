/// What is asked for in exchange for a token (RFC 8693 section 2.1).
public struct ExchangePlan: Sendable {
    /// The token that is exchanged.
    public let subject: RawToken
    /// Who the new one is for; nil for this gateway.
    public let audience: String?
    /// The new one's name.
    public let tokenID: String
    /// The client certificate of whoever asks: the new one is bound to it (RFC 8705).
    public let certificateSHA256: [UInt8]?
    /// Whom that certificate names.
    public let client: String?

    /// Makes a plan, with a name that nobody can guess.
    public init(
        subject: RawToken, audience: String?, certificateSHA256: [UInt8]? = nil,
        client: String? = nil
    ) {
        self.subject = subject
        self.audience = audience
        self.certificateSHA256 = certificateSHA256
        self.client = client
        var random = SystemRandomNumberGenerator()
        tokenID = Base64URL.encode(
            (0..<SigningLimits.tokenIDBytes).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
}

/// A token of ours.
public struct ExchangedToken: Sendable {
    /// The token itself.
    public let token: RawToken
    /// Its name.
    public let tokenID: String
    /// The key that signed it.
    public let keyID: String
    /// How long it is good from now, in seconds.
    public let lifeSeconds: Int64
    /// When it ends, in seconds since 1970.
    public let endSeconds: Int64
    /// Whether it is bound to a client certificate.
    public let isBound: Bool
}

/// Why there is no token in exchange.
public enum ExchangeRefusal: Error, Equatable, Sendable {
    /// The subject token is no good; why is for the record only.
    case subject(TokenRefusal)
    /// The session is no good any more.
    case session
    /// It is one of ours already.
    case ownToken
    /// It is a session, which is good here as it is.
    case asItIs
    /// It is good for so short that nothing is left of it.
    case nearlyOver
    /// That audience is not among those that may be asked for.
    case audience
    /// It says so much that a new one would be longer than any token that is taken.
    case tooLong
    /// Permit and receipt are for something else, or for somebody else.
    case unproven(String)
    /// It could not be signed.
    case unsigned
    /// The keys that sign are not on disk: what they sign would be refused after the next start.
    case keysUnwritten

    /// A stable word for records and metrics.
    public var code: String {
        switch self {
        case .subject(let refusal): refusal.code
        case .session: "exchange_session"
        case .ownToken: "exchange_own_token"
        case .asItIs: "exchange_as_it_is"
        case .nearlyOver: "exchange_nearly_over"
        case .audience: "exchange_audience"
        case .tooLong: "exchange_too_long"
        case .unproven: "exchange_unproven"
        case .unsigned: "exchange_unsigned"
        case .keysUnwritten: "exchange_keys_unwritten"
        }
    }
}

extension ExchangeRefusal: CustomStringConvertible {
    /// One line for the auditor.
    public var description: String {
        switch self {
        case .subject(let refusal): refusal.reason
        case .session: "the session is over"
        case .asItIs: "a session is good for this gateway as it is"
        case .ownToken: "a token of ours is not exchanged again"
        case .nearlyOver: "the subject token ends within a second"
        case .audience: "no tokens are made for that audience"
        case .tooLong: "the subject token says more than a token of ours can hold"
        case .unproven(let reason): reason
        case .unsigned: "the token could not be signed"
        case .keysUnwritten: "keys were retired, and the new ones can't be written"
        }
    }
}
