internal import Audit
internal import Auth
internal import Policy

/// Shows somebody who they are here, by what, and which sessions they have open.
struct ShowAccount: CredentialOperation {
    struct Success: Sendable {
        let principal: Principal
        let roles: [RoleSource]
        let sessions: [ShownSession]
        /// The one that the request came by.
        let current: String?
    }

    static var action: Action { .sessionRead }
    var resource: Resource { Resource() }

    func isOwn(_ shown: Shown, in services: Services) -> Bool { true }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        let active = services.policies.current
        do throws(AuthError) {
            let page = try services.sessions.list(
                SessionSelection(holder: nil, or: shown.caller), after: nil,
                limit: AuthLimits.sessionsPerHolderMax, permit: permit, receipt: receipt)
            return .success(
                Success(
                    principal: shown.caller,
                    roles: active.policy.roleSources(of: shown.caller, under: active.overlay),
                    sessions: page.sessions,
                    current: shown.credential.flatMap { services.sessions.id(of: $0) }))
        } catch {
            return .failure(Problem(error))
        }
    }
}
