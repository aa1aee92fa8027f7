internal import Audit
internal import Auth
internal import Policy

/// Lists sessions by their ids, a page at a time, without their secrets: the caller's, somebody's, or all.
struct ListSessions: CredentialOperation {
    struct Success: Sendable {
        let sessions: [ShownSession]
        let next: String?
        /// The one that the request came by.
        let current: String?
    }

    /// Whose are meant.
    enum Reach: Equatable, Sendable {
        case own
        case holder(String)
        case all
    }

    var reach = Reach.own
    /// The last id of the page before.
    var after: String?
    var limit: Int

    static var action: Action { .sessionRead }
    var resource: Resource { Resource() }

    func isOwn(_ shown: Shown, in services: Services) -> Bool { reach == .own }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        let selection: SessionSelection? =
            switch reach {
            case .own: SessionSelection(holder: nil, or: shown.caller)
            case .holder(let name): SessionSelection(holder: name, or: shown.caller)
            case .all: nil
            }
        do throws(AuthError) {
            let page = try services.sessions.list(
                selection, after: after, limit: limit, permit: permit, receipt: receipt)
            return .success(
                Success(
                    sessions: page.sessions, next: page.next,
                    current: shown.credential.flatMap { services.sessions.id(of: $0) }))
        } catch {
            return .failure(Problem(error))
        }
    }
}
