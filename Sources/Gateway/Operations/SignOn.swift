internal import Audit
internal import Policy

/// Says whether a password is a person's: a directory, behind a connection that may be slow.
package protocol PasswordChecking: Sendable {
    /// - Returns: the person's canonical name; nil if the password is not theirs.
    func check(user: String, password: String) async -> String?
}

/// Signs a person on with a password; waits for a directory.
struct SignOn: SlowOperation {
    struct Success: Sendable {
        let user: String
    }

    let user: String
    /// Goes to the directory and nowhere else.
    let password: String

    static var action: Action { .sessionCreate }
    static var isChange: Bool { true }
    /// The name as it was claimed: the record of a failed attempt has to say whose door was tried.
    var resource: Resource { Resource(id: user) }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        guard permit.decisionID == receipt.decisionID, permit.operation.action == Self.action
        else { return .failure(.internalError("permit and receipt are not for session.create")) }
        guard let directory = services.signOn else {
            return .failure(.notFound("no sign-on with passwords is configured"))
        }
        guard let name = await directory.check(user: user, password: password) else {
            return .failure(.notAuthenticated("unknown user or wrong password"))
        }
        return .success(Success(user: name))
    }
}
