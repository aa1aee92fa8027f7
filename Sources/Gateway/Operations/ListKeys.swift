internal import Audit
internal import Auth
internal import Policy
internal import Time

/// Lists API keys by their ids, a page at a time, without their secrets.
///
/// In the slow lane: there may be a hundred thousand to sort.
struct ListKeys: SlowOperation {
    struct Success: Sendable {
        let keys: [ShownAPIKey]
        let next: String?
        let nowNanoseconds: Int64
    }

    /// The last id of the page before.
    var after: String?
    var limit: Int

    static var action: Action { .keyRead }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        do throws(AuthError) {
            let page = try services.keys.list(
                after: after, limit: limit, permit: permit, receipt: receipt)
            return .success(
                Success(
                    keys: page.keys, next: page.next, nowNanoseconds: services.clocks.wall()))
        } catch {
            return .failure(Problem(error))
        }
    }
}
