internal import Audit
internal import Policy

/// Tells which build and policy run, and how far the log is.
struct ReadStatus: FastOperation {
    typealias Success = StatusReport

    static var action: Action { .systemRead }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        guard permit.decisionID == receipt.decisionID, permit.operation.action == Self.action
        else { return .failure(.internalError("permit and receipt are not for system.read")) }
        return .success(
            effects.services.status.report(
                sequence: receipt.sequence, nowNanoseconds: effects.nowNanoseconds))
    }
}
