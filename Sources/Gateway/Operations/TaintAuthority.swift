internal import Audit
internal import PKI
internal import Policy
internal import Time

/// Has what an old authority signed replaced at once; it is taken until then.
struct TaintAuthority: SlowOperation {
    typealias Success = AuthorityChange

    let step: AuthorityStep

    static var action: Action { .caTaint }
    static var isChange: Bool { true }
    var resource: Resource { step.resource }

    func intentDetail(_ people: RecordedPeople) -> [UInt8]? { step.detail }

    func report(of change: AuthorityChange) -> OutcomeReport {
        OutcomeReport(detail: change.detail)
    }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        do throws(PKIError) {
            return .success(
                try services.authorities.take(
                    step, permit: permit, receipt: receipt,
                    nowNanoseconds: services.clocks.wall()))
        } catch {
            return .failure(Problem(error))
        }
    }
}
