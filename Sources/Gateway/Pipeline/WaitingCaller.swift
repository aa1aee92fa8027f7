internal import NIOConcurrencyHelpers
internal import NIOCore

/// What an async caller gets: the typed result, and the number of its audit record.
package struct Done<Success: Sendable>: Sendable {
    package let result: Result<Success, Problem>
    package let sequence: UInt64?
}

/// Waits for one call in a task of its own: a facade whose answers are values.
final class WaitingCaller<Success: Sendable>: ReplyTarget, Sendable {
    private struct State {
        var success: Success?
        /// Stands before a success: what was interrupted may come to something all the same.
        var problem: Problem?
        var sequence: UInt64?
        var run: SlowRun?
        var isCancelled = false
        var continuation: CheckedContinuation<Done<Success>, Never>?

        var result: Result<Success, Problem> {
            if problem == nil, let success { return .success(success) }
            return .failure(problem ?? .internalError("the call came to nothing"))
        }
    }

    private let state = NIOLockedValueBox(State())

    var isActive: Bool { true }

    /// Where the operation's success goes; what it is encoded to is not looked at.
    func keep(_ success: Success) -> Answer {
        state.withLockedValue { $0.success = success }
        return .noContent
    }

    /// Where a problem goes.
    func keep(_ problem: Problem) -> Answer {
        state.withLockedValue { $0.problem = problem }
        return .noContent
    }

    func wait(_ continuation: CheckedContinuation<Done<Success>, Never>) {
        state.withLockedValue { $0.continuation = continuation }
    }

    func started(_ run: SlowRun, for reply: Reply) {
        let isCancelled = state.withLockedValue { state in
            state.run = run
            return state.isCancelled
        }
        if isCancelled { run.interrupt(.clientGone) }
    }

    /// Ends a slow call; a fast one is done before anybody could.
    func cancel() {
        let run = state.withLockedValue { state in
            state.isCancelled = true
            return state.run
        }
        run?.interrupt(.clientGone)
    }

    func answer(_ answer: Answer, _ receipt: ReceiptText, to reply: Reply) {
        state.withLockedValue { $0.sequence = receipt.sequence }
    }

    func flush() {
        let (continuation, done) = state.withLockedValue { state in
            defer { state.continuation = nil }
            return (state.continuation, Done(result: state.result, sequence: state.sequence))
        }
        continuation?.resume(returning: done)
    }
}

/// The pipeline's entry for callers that are async themselves (gRPC, pages); nothing is encoded.
extension LaneTable {
    /// Takes an operation that waits for others through the slow lane; cancelling the task interrupts it.
    package func perform<Op: SlowOperation>(
        _ operation: Op, by asker: Asker
    ) async -> Done<Op.Success> {
        await perform(by: asker) { caller in
            .slow(BoundSlowCall(operation) { _, success in caller.keep(success) })
        }
    }

    /// Takes an operation through the fast lane of one of the loops, in a batch with what the loop has.
    ///
    /// It is decided by the policy in force, however old the asker's standing is.
    package func perform<Op: FastOperation>(
        _ operation: Op, by asker: Asker
    ) async -> Done<Op.Success> {
        await perform(by: asker.under(core.policies.current)) { caller in
            .fast(
                BoundFastCall(
                    operation, acting: Op.acting { _, success in caller.keep(success) }))
        }
    }

    private func perform<Success: Sendable>(
        by asker: Asker, _ make: (WaitingCaller<Success>) -> Call
    ) async -> Done<Success> {
        let caller = WaitingCaller<Success>()
        let call = make(caller)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                caller.wait(continuation)
                let isTaken = onAny { lane in
                    let reply = Reply(
                        target: caller, token: 0,
                        asker: RequestAsker(
                            request: asker.request, identity: asker.standing.identity),
                        problems: ProblemEncoder { problem, _ in caller.keep(problem) })
                    lane.take(call, by: asker, reply, nowNanoseconds: core.now())
                }
                if !isTaken {
                    _ = caller.keep(.stopping)
                    caller.flush()
                }
            }
        } onCancel: {
            caller.cancel()
        }
    }
}
