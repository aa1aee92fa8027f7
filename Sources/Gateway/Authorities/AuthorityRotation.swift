internal import Audit
internal import Logging
internal import NIOConcurrencyHelpers
internal import PKI
internal import ServiceLifecycle
internal import Time

/// Replaces intermediates when it is time, each step recorded before it is taken.
///
/// Certificates are judged by the wall clock everywhere, and so is their age here.
final class AuthorityRotation: Service {
    private struct State {
        /// Why the step that is due is not taken.
        var fault: String?
        /// The elapsed clock when an attempt failed last.
        var failedElapsed: Int64?
    }

    private let desk: AuthorityDesk
    private let journal: Journal
    private let clocks: Clocks
    private let logger: Logger
    private let ticker: any Ticker
    private let state = NIOLockedValueBox(State())

    init(
        _ desk: AuthorityDesk, journal: Journal, clocks: Clocks, logger: Logger, ticker: any Ticker
    ) {
        self.desk = desk
        self.journal = journal
        self.clocks = clocks
        self.logger = logger
        self.ticker = ticker
    }

    /// Takes what the log says was done and the folder does not hold, then what is due, before any port is bound: an intermediate may have
    /// ended while nothing ran.
    ///
    /// - Throws: Where the log says of an authority that it is suspect or revoked, and the folder can't be brought to it.
    func begin() async throws {
        for _ in 0..<AuthorityLimits.restorationsMax {
            guard let step = desk.office.restoration else { break }
            _ = try await desk.take(step, journal, nowNanoseconds: clocks.wall())
            logger.warning("authorities: \(step.name) again, because the log says so")
        }
        await look()
    }

    func run() async {
        await ticker.run(.authorities, look)
    }

    /// One line while a step that is due can't be taken.
    var note: String? { state.withLockedValue { $0.fault } }

    private func look() async {
        let failed = state.withLockedValue { $0.failedElapsed }
        if let failed, Span.between(failed, clocks.elapsed()) < AuthorityLimits.retryNanoseconds {
            return
        }
        // Each step leads to another state, so that there are few.
        for _ in 0..<AuthorityLimits.stepsAtOnce {
            guard let step = desk.office.due(nowNanoseconds: clocks.wall()) else {
                return state.withLockedValue { $0 = State() }
            }
            guard await take(step) else { return }
        }
    }

    private func take(_ step: AuthorityStep) async -> Bool {
        if let obstacle = desk.office.obstacle(to: step, nowNanoseconds: clocks.wall()) {
            fail(step, obstacle.message)
            return false
        }
        do {
            let change = try await desk.take(step, journal, nowNanoseconds: clocks.wall())
            let words = change.parts.map { "\($0.state) \($0.keyIDs.joined(separator: ", "))" }
            logger.notice("authorities: \(words.joined(separator: "; "))")
            state.withLockedValue { $0 = State() }
            return true
        } catch {
            let elapsed = clocks.elapsed()
            state.withLockedValue { $0.failedElapsed = elapsed }
            fail(step, "\(error)")
            return false
        }
    }

    private func fail(_ step: AuthorityStep, _ reason: String) {
        let fault =
            "the step `\(step.name)` of our authorities is due and can't be taken: \(reason)"
        let isNew = state.withLockedValue { state in
            defer { state.fault = fault }
            return state.fault != fault
        }
        if isNew { logger.error("\(fault)") }
    }
}
