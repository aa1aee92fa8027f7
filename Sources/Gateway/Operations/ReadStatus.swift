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

/// What the gateway says of itself.
struct StatusReport: Sendable {
    let trustDomain: String
    let datacenter: String
    let uptimeSeconds: Int64
    let faults: [String]
    let policyName: String
    let policyDigest: String
    let sequence: UInt64
}

/// Where a status report comes from.
struct StatusSource: Sendable {
    let trustDomain: String
    let datacenter: String
    let startedNanoseconds: Int64
    let policies: PolicyHolder
    let readiness: Readiness

    fileprivate func report(sequence: UInt64, nowNanoseconds: Int64) -> StatusReport {
        let policy = policies.current.policy
        return StatusReport(
            trustDomain: trustDomain, datacenter: datacenter,
            uptimeSeconds: (nowNanoseconds - startedNanoseconds) / 1_000_000_000,
            faults: readiness.faults(), policyName: policy.name, policyDigest: policy.digest,
            sequence: sequence)
    }
}
