public import Text

/// What holds beside the policy's files: roles that users were given one by one, and who or what is locked.
///
/// Immutable, to be swapped as a whole; a subject is resolved under a policy and an overlay.
public final class PolicyOverlay: Sendable {
    /// The roles of users, by the user's whole name.
    let assigned: [ExactText: [String]]
    let locks: LockIndex

    /// Nothing beside the policy.
    public static let none = PolicyOverlay()

    /// Takes roles by the whole names of users, `PROVIDER/NAME`, and locks by their ids.
    public init(
        assigned: [ExactText: [String]] = [:], locks: [(id: String, target: LockTarget)] = []
    ) {
        self.assigned = assigned
        self.locks = LockIndex(locks)
    }

    /// The lock that is on a principal or, for a key, on its owner; nil if none is.
    public func lock(on principal: Principal) -> String? { locks.lock(on: principal) }

    /// The roles that a user was given: an allow, so it goes by the exact name that a provider vouches for.
    func roles(of principal: Principal) -> [String] {
        guard !assigned.isEmpty, principal.kind == .user, let membership = principal.membership,
            !membership.provider.isEmpty
        else { return [] }
        return assigned[ExactText(principal.id)] ?? []
    }

    /// Whether a locked role gives a principal an action all the same.
    ///
    /// INVARIANT: an operator's certificate can always undo a lock of a role that its rights come from.
    func keeps(_ principal: Principal) -> ActionSet {
        principal.kind == .operator ? ActionSet([.lockRead, .lockWrite]) : ActionSet()
    }
}
