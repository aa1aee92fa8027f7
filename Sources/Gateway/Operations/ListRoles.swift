internal import Audit
internal import Policy
internal import Proofs

/// Lists the roles of the policy in force by their names, a page at a time: what they hold and whom the policy binds to them.
struct ListRoles: SlowOperation {
    struct Success: Sendable {
        let roles: [ShownRole]
        let next: String?
        let policyName: String
        let policyDigest: String
    }

    /// The last name of the page before.
    var after: String?
    var limit: Int

    static var action: Action { .roleRead }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        if case .failure(let mismatch) = Clearance.check(
            permit, receipt, for: WantedOperation(Self.action))
        {
            return .failure(.internalError(mismatch.reason))
        }
        let active = services.policies.current
        let page = active.policy.shownRoles(
            after: after, limit: limit, under: active.overlay)
        return .success(
            Success(
                roles: page.roles, next: page.next,
                policyName: active.policy.name, policyDigest: active.policy.digest))
    }
}
