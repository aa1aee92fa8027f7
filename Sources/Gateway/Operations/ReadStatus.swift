internal import Audit
internal import Policy
internal import Proofs

/// Tells which build and policy run, and how far the log is.
struct ReadStatus: FastOperation {
    typealias Success = StatusReport

    static var action: Action { .systemRead }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        switch Clearance.check(permit, receipt, for: WantedOperation(Self.action)) {
        case .failure(let mismatch):
            return .failure(.internalError(mismatch.reason))
        case .success(let clearance):
            return .success(
                effects.services.status.report(
                    sequence: clearance.sequence,
                    elapsedNanoseconds: effects.elapsedNanoseconds))
        }
    }
}
