internal import NIOConcurrencyHelpers
package import NIOCore
internal import NIOPosix
package import PKI

/// Runs what may wait for a key that is kept outside, on few threads of its own: no event loop waits for it, and none of the threads that
/// tasks share.
///
/// Where all keys are in memory it runs where it is called, at once.
package final class KeyThreads: Sendable {
    private let pool: NIOThreadPool?
    private let queued = NIOLockedValueBox(0)

    /// Starts the threads, if they are needed.
    package init(isNeeded: Bool) {
        pool = isNeeded ? NIOThreadPool(numberOfThreads: KeeperLimits.threads) : nil
        pool?.start()
    }

    deinit {
        pool?.shutdownGracefully { _ in }
    }

    /// Whether any key may be kept outside.
    var isNeeded: Bool { pool != nil }

    /// Runs something that may wait, to its end.
    ///
    /// - Parameters:
    ///   - limit: Until when the caller waits; nil for the end. What runs goes on all the same.
    ///   - body: What is run.
    /// - Returns: What it returns.
    /// - Throws: What it throws; `PKIError.keyAway` where it did not end in time, or too many wait already.
    package func run<R: Sendable>(
        within limit: TimeAmount? = nil, _ body: @escaping @Sendable () throws(PKIError) -> R
    ) async throws(PKIError) -> R {
        guard let pool else { return try body() }
        guard enter() else { throw .keyAway("too many wait for keys that are kept outside") }
        let result: Result<R, PKIError> = await withCheckedContinuation { continuation in
            let caller = KeyCaller(continuation)
            if let limit { caller.wait(limit) }
            pool.submit { state in
                defer { self.leave() }
                guard state == .active else {
                    return caller.end(.failure(.keyAway("the gateway stops")))
                }
                do throws(PKIError) {
                    caller.end(.success(try body()))
                } catch {
                    caller.end(.failure(error))
                }
            }
        }
        return try result.get()
    }

    /// Has something run that nobody waits for; nothing where too many wait already.
    func begin(_ body: @escaping @Sendable () -> Void) {
        guard let pool else { return body() }
        guard enter() else { return }
        pool.submit { state in
            defer { self.leave() }
            if state == .active { body() }
        }
    }

    private func enter() -> Bool {
        queued.withLockedValue { queued in
            guard queued < KeeperLimits.queuedMax else { return false }
            queued += 1
            return true
        }
    }

    private func leave() { queued.withLockedValue { $0 -= 1 } }
}

/// Whoever waits: told once, by what ends first.
private final class KeyCaller<R: Sendable>: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Result<R, PKIError>, Never>?
        var deadline: Scheduled<Void>?
    }

    private let state: NIOLockedValueBox<State>

    init(_ continuation: CheckedContinuation<Result<R, PKIError>, Never>) {
        state = NIOLockedValueBox(State(continuation: continuation))
    }

    func wait(_ limit: TimeAmount) {
        let deadline = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: limit) {
            self.end(.failure(.keyAway("a key that is kept outside did not sign in time")))
        }
        state.withLockedValue { $0.deadline = deadline }
    }

    func end(_ result: Result<R, PKIError>) {
        let (continuation, deadline) = state.withLockedValue { state in
            defer { state = State() }
            return (state.continuation, state.deadline)
        }
        deadline?.cancel()
        continuation?.resume(returning: result)
    }
}
