internal import Audit
internal import Auth
internal import Policy

/// Lists the locks in force by their ids, a page at a time.
struct ListLocks: SlowOperation {
    struct Success: Sendable {
        let locks: [Lock]
        let next: String?
    }

    /// The last id of the page before.
    var after: String?
    var limit: Int

    static var action: Action { .lockRead }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        do throws(AuthError) {
            let page = try services.access.locks(
                after: after, limit: limit, permit: permit, receipt: receipt)
            return .success(Success(locks: page.locks, next: page.next))
        } catch {
            return .failure(Problem(error))
        }
    }
}
