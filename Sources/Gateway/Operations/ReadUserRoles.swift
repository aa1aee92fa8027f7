internal import Audit
internal import Auth
internal import Policy

/// Tells the roles that one user was given besides what the policy binds, or all who were given any, a page at a time.
struct ReadUserRoles: SlowOperation {
    struct Success: Sendable {
        let users: [UserRoles]
        let next: String?
    }

    /// The one user; nil for all.
    var user: String?
    /// The last user of the page before.
    var after: String?
    var limit = 1

    static var action: Action { .roleRead }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        do throws(AuthError) {
            if let user {
                let found = try services.access.roles(of: user, permit: permit, receipt: receipt)
                return .success(Success(users: [found], next: nil))
            }
            let page = try services.access.users(
                after: after, limit: limit, permit: permit, receipt: receipt)
            return .success(Success(users: page.users, next: page.next))
        } catch {
            return .failure(Problem(error))
        }
    }
}
