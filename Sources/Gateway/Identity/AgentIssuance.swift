internal import Audit
internal import Policy

/// An agent's issuance in the slow lane, where another process holds the key that signs.
struct AgentIssuance: SlowOperation {
    let performer: Performer
    let command: IdentityCommand

    var resource: Resource { command.resource }
    var isChange: Bool { command.isChange }
    var intentDetail: [UInt8]? { command.intentDetail }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds: Int64
    ) async -> SlowOutcome {
        let (result, detail) = performer.result(of: command, permit, receipt, nowNanoseconds)
        return SlowOutcome(result, detail: detail)
    }
}
