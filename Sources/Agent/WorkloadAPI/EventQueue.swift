internal import NIOConcurrencyHelpers

/// A refusal of a workload, to be told to the gateway.
struct WorkloadEvent: Hashable, Sendable {
    let code: String
    let method: String
    let reason: String
    let uid: UInt32
    let pid: Int32
    let path: String?
}

/// Refusals that wait to be told to the gateway; the oldest are kept, what does not fit is counted.
final class EventQueue: Sendable {
    private struct State {
        var waiting: [WorkloadEvent] = []
        var dropped = 0
    }

    private let state = NIOLockedValueBox(State())

    /// Adds an event, or counts it where too many wait.
    func add(_ event: WorkloadEvent) {
        state.withLockedValue { state in
            if state.waiting.count < AgentLimits.eventsMax {
                state.waiting.append(event)
            } else {
                state.dropped += 1
            }
        }
    }

    /// The oldest event, which stays until it was told.
    var first: WorkloadEvent? { state.withLockedValue { $0.waiting.first } }

    /// Removes the oldest event.
    func removeFirst() {
        state.withLockedValue { if !$0.waiting.isEmpty { $0.waiting.removeFirst() } }
    }

    /// How many events were not kept since the last call.
    func takeDropped() -> Int {
        state.withLockedValue { state in
            defer { state.dropped = 0 }
            return state.dropped
        }
    }
}
