internal import Audit
internal import Auth
internal import Policy

/// Takes a lock away; whom it was on may come back at once.
struct RemoveLock: SlowOperation {
    typealias Success = Void

    let id: String

    static var action: Action { .lockWrite }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: id) }
    func intentDetail(_ people: RecordedPeople) -> [UInt8]? { AccessLedger.unlockDetail }

    func report(of success: Success) -> OutcomeReport {
        OutcomeReport(status: 204, detail: AccessLedger.doneDetail)
    }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        do throws(AuthError) {
            return try services.access.unlock(id, permit: permit, receipt: receipt)
                .mapError { Problem($0) }
        } catch {
            return .failure(Problem(error))
        }
    }
}
