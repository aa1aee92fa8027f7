/// What a new key is to be.
public struct APIKeyPlan: Sendable, Equatable {
    /// The public id.
    public let id: String
    /// What people call it.
    public var name = ""
    /// What policies bind roles to.
    public var scopes: [String] = []
    /// The ranges of client addresses that it works from; empty for all.
    public var ranges: [String] = []
    /// The client certificate that it works beside.
    public var spiffeID: String?
    /// Requests a minute.
    public var perMinute: Int?
    /// Requests an hour.
    public var perHour: Int?
    /// When it begins to be good, nanoseconds since the Unix epoch; nil where it is good at once.
    public var startsNanoseconds: Int64?
    /// How long it is good from its beginning; nil for as long as is usual.
    public var seconds: Int?

    /// Plans a key of a new id.
    public init() {
        id = APIKeyText.newID()
    }
}

/// A key whose secret has just been made; the text is nowhere else.
public struct MintedAPIKey: Sendable {
    /// What is known of the key.
    public let key: APIKey
    /// Its whole text.
    public let whole: APIKeyText
}

/// Why a key was not made or changed although it was allowed.
public enum APIKeyRefusal: Error, Equatable, Sendable {
    /// There is no such key.
    case unknown
    /// It is revoked or expired.
    case over
    /// The answer holds a secret, and that is the owner's.
    case notTheOwner
    /// The key would have ended before it began, or both lie out of what a clock can say.
    case impossibleTimes
    /// It would be good for longer than so many seconds.
    case tooLong(mostSeconds: Int)
    /// The owner has as many keys as an owner may.
    case tooManyOfOwner
    /// There are as many live keys as there may be.
    case full

    /// One line for people.
    public var reason: String {
        switch self {
        case .unknown: "there is no such API key"
        case .over: "the API key is revoked or expired; make a new one"
        case .notTheOwner:
            "a rotated key's new secret belongs to its owner; others can revoke the key"
        case .impossibleTimes: "the API key would end before it begins"
        case .tooLong(let seconds):
            "an API key may live for \(seconds) seconds at most (auth.api_key_ttl_max)"
        case .tooManyOfOwner:
            "this owner has as many live API keys as one may; revoke some"
        case .full: "there are as many live API keys as there may be; revoke some"
        }
    }
}

extension APIKeyRefusal: CustomStringConvertible {
    /// One line for people.
    public var description: String { reason }
}
