internal import Audit
internal import NIOConcurrencyHelpers
internal import NIOCore

/// A call for the slow lane, and where its answer goes.
struct SlowJob: Sendable {
    let call: any SlowCall
    let asker: Asker
    /// What the certificates belong to that its connection and its credential came by.
    let owners: [LiveOwner]
    let home: NIOLoopBound<SlowHome>
}

/// The event loop's side of a slow call.
struct SlowHome {
    let lane: FastLane
    let reply: Reply
}

/// One call under way in the slow lane; whoever waits for it can end it.
final class SlowRun: Sendable {
    /// The record of its decision.
    struct Recorded: Sendable {
        var asker: RequestAsker
        let sequence: UInt64
        let text: ReceiptText
    }

    private struct State {
        var task: Task<Void, Never>?
        var interruption: Interruption?
        var hasEnded = false
        var isAnswered = false
        var recorded: Recorded?
        var stream: OpenStream?
    }

    let job: SlowJob
    private let state = NIOLockedValueBox(State())

    init(_ job: SlowJob) {
        self.job = job
    }

    /// Why it is to end before it is done; the first reason counts.
    var interruption: Interruption? { state.withLockedValue { $0.interruption } }

    /// The record of its decision, once that is durable.
    var recorded: Recorded? {
        get { state.withLockedValue { $0.recorded } }
        set { state.withLockedValue { $0.recorded = newValue } }
    }

    /// Its answer, once that is being streamed; from then on its time is the stream's.
    var stream: OpenStream? {
        get { state.withLockedValue { $0.stream } }
        set { state.withLockedValue { $0.stream = newValue } }
    }

    /// Remembers the task, to be cancelled when the call is interrupted.
    func begin(_ task: Task<Void, Never>) {
        let isInterrupted = state.withLockedValue { state in
            state.task = task
            return state.interruption != nil
        }
        if isInterrupted { task.cancel() }
    }

    /// Cancels the operation and answers the client at once; nothing happens if it has ended or was interrupted before.
    func interrupt(_ interruption: Interruption) {
        let (isFirst, task) = state.withLockedValue { state -> (Bool, Task<Void, Never>?) in
            guard !state.hasEnded, state.interruption == nil else { return (false, nil) }
            if state.stream != nil, interruption == .timeUp { return (false, nil) }
            state.interruption = interruption
            return (true, state.task)
        }
        guard isFirst else { return }
        task?.cancel()
        job.home.eventLoop.execute { self.job.home.value.lane.answer(self, interruption.problem) }
    }

    /// Says that the operation has ended, or is given up.
    ///
    /// - Returns: Whether this is the first to say so, and so the one that records the outcome.
    func end() -> Bool {
        state.withLockedValue { state in
            defer { state.hasEnded = true }
            return !state.hasEnded
        }
    }

    /// Whether the caller is the first to answer the client, and so the one that does.
    func claimAnswer() -> Bool {
        state.withLockedValue { state in
            defer { state.isAnswered = true }
            return !state.isAnswered
        }
    }
}
