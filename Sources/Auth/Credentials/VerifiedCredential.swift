public import Policy

/// A credential that was verified: whom it stands for, how strongly, and how long that may be relied on.
public struct VerifiedCredential: Sendable {
    /// Whom it stands for.
    public var principal: Principal
    /// Whose rights it can't exceed: each operation must be allowed to this principal too.
    public var ceiling: Principal?
    /// How hard it is to misuse.
    public var strength: CredentialStrength
    /// The key's, token's or session's public identifier, for records and for ending connections.
    public var credentialID: String
    /// When it stops being good, nanoseconds since the Unix epoch.
    public var expiresAtNanoseconds: Int64
    /// Whether the answer may be used again for the same bytes on the same connection, until the chain's epoch changes.
    public var isCacheable = true
    /// Counts each request against the credential's own limits; nil for none.
    public var meter: (any RequestMeter)?

    /// Makes the answer to a good credential.
    public init(
        principal: Principal, ceiling: Principal? = nil, strength: CredentialStrength,
        credentialID: String, expiresAtNanoseconds: Int64, meter: (any RequestMeter)? = nil
    ) {
        self.principal = principal
        self.ceiling = ceiling
        self.strength = strength
        self.credentialID = credentialID
        self.expiresAtNanoseconds = expiresAtNanoseconds
        self.meter = meter
    }
}

/// How hard a credential is to misuse, weakest first.
public enum CredentialStrength: Int, Comparable, Sendable {
    /// Nobody proved anything.
    case none
    /// Whoever holds the bytes can use them.
    case bearer
    /// A person proved more than one factor.
    case multiFactor
    /// It works only together with the client certificate that it is bound to.
    case bound
    /// The client certificate itself.
    case certificate

    /// Orders by strength.
    public static func < (left: CredentialStrength, right: CredentialStrength) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Counts requests against limits; called on event loops, so it must not wait.
public protocol RequestMeter: Sendable {
    /// Counts one request.
    func take(nowNanoseconds: Int64) -> MeterReading
}

/// What a meter says of one request.
public struct MeterReading: Sendable, Equatable {
    /// Seconds until another request is taken; nil if this one is.
    public var retryAfterSeconds: Int?
    /// The value of `RateLimit-Policy`; empty where there is no limit.
    public var policy: String
    /// The value of `RateLimit`.
    public var state: String

    /// Makes a reading.
    public init(retryAfterSeconds: Int?, policy: String, state: String) {
        self.retryAfterSeconds = retryAfterSeconds
        self.policy = policy
        self.state = state
    }
}
