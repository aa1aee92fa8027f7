/// A principal as one policy sees it: its roles and the rules that speak of it.
///
/// It is resolved once a principal and policy and may be kept as long as both; `CompiledPolicy.decide` notices one
/// that was resolved by another policy and resolves it again.
public final class Subject: Sendable {
    /// The principal.
    public let principal: Principal
    /// The names of its roles, sorted.
    public let roles: [String]

    /// The principal in short.
    let digest: PrincipalDigest
    /// The number of the policy that resolved it.
    let policyNumber: UInt64
    /// What held beside the policy then.
    let overlay: PolicyOverlay
    /// The lock that is on it; nil if none is.
    public let lock: String?
    /// What it may do by its roles; of a key, what its scopes' roles and its owner's hold.
    let actions: ActionSet
    /// What its own roles hold.
    let held: ActionSet
    /// The kind of whom rules judge: a key's owner, else the principal.
    let judged: Principal.Kind
    /// One bit an entry of the ACL: whether the rule speaks of the subject.
    let aclBits: EntryBits
    /// The same for intentions.
    let intentionBits: EntryBits
    /// The service that it may act as, if it is one of this trust domain.
    let ownService: ServiceIdentity?

    init(
        principal: Principal, roles: [String], lock: String?, judged: Principal.Kind,
        rights: (allowed: ActionSet, held: ActionSet),
        bits: (acl: EntryBits, intentions: EntryBits),
        ownService: ServiceIdentity?, policy: UInt64, overlay: PolicyOverlay
    ) {
        self.principal = principal
        self.roles = roles
        self.lock = lock
        self.judged = judged
        self.ownService = ownService
        self.overlay = overlay
        digest = PrincipalDigest(kind: principal.kind.rawValue, id: principal.id)
        policyNumber = policy
        (actions, held) = rights
        (aclBits, intentionBits) = bits
    }

    /// Whether its roles hold an action, whatever rules say of what it is done to.
    public func may(_ action: Action) -> Bool { actions.contains(action) }
}
