internal import Audit
internal import Policy
internal import Proofs

/// Lists the legal holds in force by their names, a page at a time.
struct ListHolds: SlowOperation {
    struct Success: Sendable {
        let holds: [LegalHold]
        let next: String?
    }

    /// The last name of the page before.
    var after: String?
    var limit: Int

    static var action: Action { .auditRead }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        if case .failure(let mismatch) = Clearance.check(
            permit, receipt, for: WantedOperation(.auditRead))
        {
            return .failure(.internalError(mismatch.reason))
        }
        let left = services.holds.all.filter { $0.plan.name > after ?? "" }
        let page = Array(left.prefix(limit))
        return .success(
            Success(holds: page, next: page.count < left.count ? page.last?.plan.name : nil))
    }
}
