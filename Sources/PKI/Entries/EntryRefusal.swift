/// Why a registration entry or join token is not made, found or taken.
public enum EntryRefusal: Error, Equatable, Sendable {
    /// A value can't stand in an entry.
    case invalid(String)
    /// The same identity, agent and selectors are there already, as the entry of this number.
    case exists(id: String)
    /// No such entry.
    case unknown(id: String)
    /// The list holds as many entries or tokens as it may.
    case full(String)
    /// The entry belongs to another agent.
    case notYours(id: String)
    /// No such join token was ever made, or it was long ago.
    case unknownToken
    /// The join token was used before.
    case usedToken(agent: String)
    /// The join token is too old.
    case lateToken(agent: String)
    /// Permit and receipt do not fit what is asked: a bug in the caller.
    case unproven(String)
    /// The list can't be read or written.
    case storeFailed(String)

    /// A stable word for records and metrics.
    public var code: String {
        switch self {
        case .invalid: "invalid_entry"
        case .exists: "entry_exists"
        case .unknown: "unknown_entry"
        case .full: "entries_full"
        case .notYours: "entry_of_another_agent"
        case .unknownToken: "unknown_join_token"
        case .usedToken: "join_token_used"
        case .lateToken: "join_token_expired"
        case .unproven: "unproven"
        case .storeFailed: "entry_store_failed"
        }
    }

    /// One line for people, with what to do where that is known.
    public var message: String {
        switch self {
        case .invalid(let detail), .unproven(let detail): detail
        case .full(let what): "there are as many \(what) as there may be"
        case .exists(let id): "the entry is there already: \(id)"
        case .unknown(let id): "no entry \(id.quotedForPeople)"
        case .notYours(let id): "entry \(id) belongs to another agent"
        case .unknownToken: "no such join token"
        case .usedToken(let agent):
            "the join token of agent \(agent) was used before: make a new one with"
                + " 'maxine token create --agent \(agent)'"
        case .lateToken(let agent):
            "the join token of agent \(agent) has expired: make a new one with"
                + " 'maxine token create --agent \(agent)'"
        case .storeFailed(let detail): "the list of entries can't be kept: \(detail)"
        }
    }
}
