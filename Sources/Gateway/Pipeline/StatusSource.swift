internal import Policy
internal import Time

/// What the gateway says of itself.
struct StatusReport: Sendable {
    let trustDomain: String
    let datacenter: String
    let uptimeSeconds: Int64
    let faults: [String]
    let notes: [String]
    let policyFiles: PolicyStanding
    let policyName: String
    let policyDigest: String
    let sequence: UInt64
}

/// Where a status report comes from.
struct StatusSource: Sendable {
    let trustDomain: String
    let datacenter: String
    /// The start by the elapsed clock.
    let startedNanoseconds: Int64
    let policies: PolicyHolder
    let readiness: Readiness

    func report(sequence: UInt64, elapsedNanoseconds: Int64) -> StatusReport {
        let policy = policies.current.policy
        return StatusReport(
            trustDomain: trustDomain, datacenter: datacenter,
            uptimeSeconds: Span.between(startedNanoseconds, elapsedNanoseconds) / 1_000_000_000,
            faults: readiness.faults(), notes: readiness.notes(),
            policyFiles: policies.standing, policyName: policy.name, policyDigest: policy.digest,
            sequence: sequence)
    }
}
