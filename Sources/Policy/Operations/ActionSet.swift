/// A set of actions, one bit each.
struct ActionSet: Hashable, Sendable {
    var bits: UInt64 = 0

    /// Every action.
    static let all = ActionSet(Action.allCases)

    /// The actions that the ACL and intention gates judge.
    static let serviceScoped = ActionSet(
        Action.allCases.filter { $0.family == "service" || $0.family == "dependency" }
            + [.identityIssue, .identityRenew])

    /// The actions of `service.*` and `dependency.*`, whose verbs intentions permit.
    static let permittable = ActionSet(
        Action.allCases.filter { $0.family == "service" || $0.family == "dependency" })

    /// The actions that a policy may open to nobody in particular: to begin a sign-on, to read public keys.
    static let openable = ActionSet([.sessionCreate, .caRead, .federationRead])

    /// The actions whose answer is the secret of an API key: only a session or a certificate may have it.
    static let minting = ActionSet([.keyCreate, .keyRotate])

    /// The actions that need no role where they are on nothing but the asker's own, see ``Resource/isOwn``.
    static let own = ActionSet([.sessionRead, .sessionRevoke])

    /// The actions that make nothing else of what is there: they are judged by that alone.
    static let keeping = ActionSet([.serviceHeartbeat, .serviceDeregister, .serviceDrain])

    init(bits: UInt64 = 0) {
        self.bits = bits
    }

    init(_ actions: [Action]) {
        for action in actions { insert(action) }
    }

    func contains(_ action: Action) -> Bool {
        bits & (1 << UInt64(action.rawValue)) != 0
    }

    mutating func insert(_ action: Action) {
        bits |= 1 << UInt64(action.rawValue)
    }

    func isSubset(of other: ActionSet) -> Bool {
        bits & ~other.bits == 0
    }

    var actions: [Action] { Action.allCases.filter(contains) }
}
