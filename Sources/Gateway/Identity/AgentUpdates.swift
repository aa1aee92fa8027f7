internal import Audit
internal import NIOCore
internal import PKI
internal import Policy
internal import StrictJSON

/// Asks for an agent's state, at once or as soon as it is another than the one named.
struct AgentUpdates: Sendable {
    /// The longest that an agent may wait, in seconds.
    static let waitSecondsMax = 60

    let index: String?
    let waitSeconds: Int
    /// The bundle that the agent has put in force, if it says so.
    let bundleSequence: UInt64?
}

/// Waits in the slow lane until an agent's state is another than the one it knows.
struct AgentUpdatesOperation: SlowOperation {
    let desk: IdentityDesk
    let agent: String
    let question: AgentUpdates

    var resource: Resource { Resource(id: agent) }
    var isChange: Bool { false }
    var kind: SlowKind { .wait }
    var deadline: Duration { .seconds(question.waitSeconds + 10) }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds: Int64
    ) async -> SlowOutcome {
        let listed = desk.entries.list(
            agent: agent, action: .identityAttest, permit: permit, receipt: receipt)
        if case .failure(let refusal) = listed { return SlowOutcome(.failure(.refused(refusal))) }
        if let sequence = question.bundleSequence {
            desk.adoption.note(
                "agent/\(agent)", sequence: sequence, nowNanoseconds: nowNanoseconds)
        }
        if let index = question.index {
            await desk.feed.wait(
                agent: agent, index: index, for: .seconds(question.waitSeconds))
        }
        return SlowOutcome(.success(Answer(status: 200, json: document())))
    }

    /// The whole state, or its index alone where the agent has it already.
    private func document() -> [UInt8] {
        let index = desk.feed.index(of: agent)
        guard index == question.index else { return desk.feed.document(of: agent) }
        var writer = JSONWriter()
        writer.raw("{\"index\":")
        writer.string(index)
        writer.raw("}")
        return writer.bytes
    }
}
