internal import Logging
internal import NIOConcurrencyHelpers
internal import Time

/// Says that somebody signs with our authorities' keys besides us; at once, and then as seldom as a log can bear.
final class UnloggedAlarm: Sendable {
    private struct State {
        var saidElapsed: Int64?
        var unsaid = 0
    }

    private let logger: Logger
    private let elapsed: @Sendable () -> Int64
    private let state = NIOLockedValueBox(State())

    init(_ logger: Logger, elapsed: @escaping @Sendable () -> Int64) {
        self.logger = logger
        self.elapsed = elapsed
    }

    /// A certificate was refused whose issuance is not in the log.
    func raise(_ reason: String, from address: String?) {
        let now = elapsed()
        let others = state.withLockedValue { state -> Int? in
            if let said = state.saidElapsed, Span.between(said, now) < TrustLimits.alarmNanoseconds
            {
                state.unsaid += 1
                return nil
            }
            defer { state = State(saidElapsed: now) }
            return state.unsaid
        }
        guard let others else { return }
        logger.error(
            "somebody else signs with our authority's key, have it replaced and revoked: \(reason); from \(address ?? "?"), \(others) more since the last such line"
        )
    }
}
