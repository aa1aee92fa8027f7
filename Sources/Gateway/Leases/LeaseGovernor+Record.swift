internal import Audit
internal import Registry
internal import StrictJSON

extension LeaseGovernor.Settings {
    /// What is configured.
    init(_ leases: GatewayConfiguration.Leases) {
        self.init()
        heldPercent = leases.heldPercent
        heldFrom = leases.heldFrom
        graceNanoseconds = Int64(leases.heldSeconds) * 1_000_000_000
    }
}

extension LeaseGovernor.Change {
    /// The system record that tells of it.
    var record: Record {
        switch self {
        case .begunAnew: Record(kind: .system, action: "lease.begin-anew")
        case .held(let held): Self.record("lease.hold", nil, held.due, held.total)
        case .released(let due, let total):
            Self.record("lease.release", "the others came back", due, total)
        case .givenUp(let due, let total):
            Self.record("lease.release", "they did not come back in time", due, total)
        }
    }

    private static func record(
        _ action: String, _ reason: String?, _ due: Int, _ total: Int
    ) -> Record {
        var writer = JSONWriter()
        writer.raw("{\"run_out\":")
        writer.integer(due)
        writer.raw(",\"instances\":")
        writer.integer(total)
        writer.raw("}")
        return Record(kind: .system, action: action, reason: reason, detail: writer.bytes)
    }
}
