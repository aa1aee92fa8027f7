public import Policy
internal import Text

/// A lock that is in force: whom it is on is refused whatever the policy says.
public struct Lock: Sendable, Equatable {
    /// Its name in paths and records.
    public let id: String
    /// The kind of its target.
    public let kind: String
    /// Whom or what it is on; nil for a person whose key is erased, who can't be told any more.
    public let target: LockTarget?
    /// What such a person is caught by all the same; nil for everybody else, and where that is lost, too.
    var name: LockedName?
    /// Why; nil where that can't be told any more.
    public let reason: String?
    /// The record that it was made by.
    public let sequence: UInt64
    /// When it was made, nanoseconds since the Unix epoch.
    public let madeNanoseconds: Int64
    /// When it ends by itself; nil for never.
    public let endsNanoseconds: Int64?

    /// Whom or what it catches; nil where nothing is left to tell them by.
    var caught: LockTarget? { target ?? name.map(LockTarget.erased) }

    /// Whether a text may be a lock's id.
    public static func isID(_ text: String) -> Bool {
        text.utf8.starts(with: prefix.utf8) && (3...28).contains(text.utf8.count)
            && text.utf8.dropFirst(prefix.utf8.count).allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
            }
    }

    /// A new id: 128 random bits.
    static func newID() -> String {
        var random = SystemRandomNumberGenerator()
        return prefix + String(random.next(), radix: 36) + String(random.next(), radix: 36)
    }

    private static let prefix = "l-"
}

/// What a new lock is to be.
public struct LockPlan: Sendable, Equatable {
    /// Its name in paths and records.
    public let id: String
    /// Whom or what it is on.
    public let target: LockTarget
    /// Why.
    public let reason: String
    /// How long it is to hold; nil for as long as nobody takes it away.
    public let seconds: Int?

    /// Plans a lock of a new name.
    public init(_ target: LockTarget, reason: String, seconds: Int?) {
        id = Lock.newID()
        self.target = target
        self.reason = reason
        self.seconds = seconds
    }
}

/// Why a lock was not made or taken away, or roles not given, although it was allowed.
public enum AccessRefusal: Error, Equatable, Sendable {
    /// There is no such lock.
    case unknownLock
    /// Whoever makes it could not take it away.
    case locksItsMaker
    /// The policy has no role of that name.
    case unknownRole(String)
    /// The role is not its giver's to give or take away.
    case beyondOwn(String)
    /// Roles of one's own are for those only who have every action.
    case ownRoles
    /// There are as many locks as there may be.
    case tooManyLocks
    /// There are as many users with roles as there may be.
    case tooManyUsers

    /// One line for people.
    public var reason: String {
        switch self {
        case .unknownLock: "there is no such lock"
        case .locksItsMaker:
            "it would lock you, too, and nobody may be left who can unlock; have it made by somebody else"
        case .unknownRole(let role):
            "the policy in force has no role \(quote(role))"
        case .beyondOwn(let role):
            "the role \(quote(role)) is not yours to give or to take away: you have neither it nor all actions"
        case .ownRoles: "nobody gives themselves roles who has not all actions"
        case .tooManyLocks:
            "there are \(AuthLimits.locksMax) locks already, as many as there may be; take some away"
        case .tooManyUsers:
            "\(AuthLimits.assignedUsersMax) users have been given roles, as many as may;"
                + " bind groups in the policy"
        }
    }
}

extension AccessRefusal: CustomStringConvertible {
    /// One line for people.
    public var description: String { reason }
}

/// The roles that a user was given besides what the policy binds.
public struct UserRoles: Sendable, Equatable {
    /// The user's whole name, `PROVIDER/NAME`.
    public let user: String
    /// The names of the roles, sorted.
    public let roles: [String]

    /// Names a user and roles; each role counts once.
    public init(user: String, roles: [String]) {
        self.user = user
        self.roles = Set(roles).sorted()
    }
}
