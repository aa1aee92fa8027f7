internal import Audit
internal import Auth
internal import Policy
internal import Proofs

/// Tells the asker who the gateway takes them for, by what, and what the policy makes of it.
///
/// It is on nothing but the asker's own, so it needs no role; a deny of `session.read` refuses it all the same.
struct WhoAmI: AskerOperation {
    struct Success: Sendable {
        let principal: Principal
        let evidence: CredentialEvidence?
        let roles: [RoleSource]
        /// Where a key's owner has roles from; nil for all that is no key.
        let ownerRoles: [RoleSource]?
        let policyDigest: String
    }

    static var action: Action { .sessionRead }
    var resource: Resource { Resource(isOwn: true) }

    func act(
        by asker: Asker, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        if case .failure(let mismatch) = Clearance.check(
            permit, receipt, for: WantedOperation(Self.action))
        {
            return .failure(.internalError(mismatch.reason))
        }
        let standing = asker.standing
        let principal = standing.subject.principal
        let (policy, overlay) = (standing.active.policy, standing.active.overlay)
        return .success(
            Success(
                principal: principal, evidence: standing.evidence,
                roles: policy.roleSources(of: principal, under: overlay),
                ownerRoles: principal.owner.map {
                    policy.roleSources(of: $0.principal, under: overlay)
                }, policyDigest: policy.digest))
    }
}
