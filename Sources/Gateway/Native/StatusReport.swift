internal import Audit
internal import Policy
internal import Registry
internal import StrictJSON

/// What `GET /status` tells: which build, which policy, how far the log and the catalogue are.
struct StatusReport: Sendable {
    let trustDomain: String
    let datacenter: String
    let startedNanoseconds: Int64
    let policies: PolicyHolder
    let readiness: Readiness

    func answer(
        _ permit: consuming Permit, _ receipt: consuming Receipt, _ now: Int64
    ) -> Result<Answer, Problem> {
        guard permit.decisionID == receipt.decisionID, permit.operation.action == .systemRead else {
            return .failure(.internalError("permit and receipt are not for system.read"))
        }
        return .success(Answer(status: 200, json: encoded(sequence: receipt.sequence, now: now)))
    }

    private func encoded(sequence: UInt64, now: Int64) -> [UInt8] {
        let policy = policies.current.policy
        let faults = readiness.faults()
        var writer = JSONWriter(capacity: 512)
        writer.raw("{\"version\":")
        writer.string(GatewayVersion.current)
        writer.raw(",\"trustDomain\":")
        writer.string(trustDomain)
        writer.raw(",\"datacenter\":")
        writer.string(datacenter)
        writer.raw(",\"uptimeSeconds\":")
        writer.integer((now - startedNanoseconds) / 1_000_000_000)
        writer.raw(",\"ready\":")
        writer.raw(faults.isEmpty ? "true" : "false")
        writer.raw(",\"faults\":")
        writer.strings(faults)
        writer.raw(",\"notes\":")
        writer.strings(readiness.notes())
        writer.raw(",\"policy\":{\"name\":")
        writer.string(policy.name)
        writer.raw(",\"digest\":")
        writer.string(policy.digest)
        writer.raw("},\"audit\":{\"sequence\":")
        writer.integer(sequence)
        writer.raw("}}")
        return writer.bytes
    }
}
