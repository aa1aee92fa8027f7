internal import Audit
internal import Auth
internal import Logging
internal import NIOConcurrencyHelpers
internal import PKI
internal import ServiceLifecycle
internal import Time

/// Lets the keys of our tokens change by age, each change recorded before it is made.
///
/// Age is what either clock says, the larger: a wall clock that was set back does not stop the changes. How long the next key has been
/// published is never what a wall clock says that was set forward while the gateway ran.
final class KeyRotation: Service {
    private struct State {
        /// The elapsed clock when the keys were loaded, or changed last.
        var sinceElapsed: Int64
        /// Whether the next key was made by this process.
        var isNextOurs: Bool
        /// Why a change by age can't be made.
        var fault: String?
        /// Why what an operator retired can't be written, or the log not be told.
        var untold: String?
    }

    private let ring: SigningKeyRing
    private let journal: Journal
    private let periodNanoseconds: Int64
    private let clocks: Clocks
    private let logger: Logger
    private let ticker: any Ticker
    private let state: NIOLockedValueBox<State>

    init(
        _ ring: SigningKeyRing, periodSeconds: Int, journal: Journal, clocks: Clocks,
        logger: Logger, ticker: any Ticker
    ) {
        self.ring = ring
        self.journal = journal
        periodNanoseconds = Int64(periodSeconds) * 1_000_000_000
        self.clocks = clocks
        self.logger = logger
        self.ticker = ticker
        state = NIOLockedValueBox(
            State(sinceElapsed: clocks.elapsed(), isNextOurs: ring.isNew))
    }

    /// Has the log say which keys are in force, before any port is bound; nothing where it says so already.
    ///
    /// - Throws: What the journal or the file system says.
    func begin() async throws {
        guard let detail = try ring.unrecorded() else { return }
        _ = try await journal.record(Self.record(detail))
        ring.isRecorded(detail)
    }

    func run() async {
        await ticker.run(.tokenKeys, look)
    }

    /// One line while a change can't be made.
    var note: String? {
        state.withLockedValue { $0.untold ?? $0.fault }
            ?? (ring.isUnwritten ? "retired keys of our tokens are still in \(ring.path)" : nil)
    }

    private func look() async {
        let now = clocks.wall()
        guard await isTold() else { return }
        if isDue(now) {
            await make(ring.rotation(nowNanoseconds: now), isRotation: true)
        } else if let change = ring.withdrawal(nowNanoseconds: now) {
            await make(change, isRotation: false)
        }
    }

    /// Writes the file and tells the log where an operator retired keys and that is left to do.
    private func isTold() async -> Bool {
        do {
            try ring.writeAgain()
            try await begin()
            state.withLockedValue { $0.untold = nil }
            return true
        } catch {
            fail(
                \.untold,
                "keys of our tokens were retired, and the file or the log is behind: \(error)")
            return false
        }
    }

    private func isDue(_ now: Int64) -> Bool {
        let age = ring.age
        let (since, isOurs) = state.withLockedValue { ($0.sinceElapsed, $0.isNextOurs) }
        let elapsed = Span.between(since, clocks.elapsed())
        let old = max(elapsed, Span.between(age.sinceNanoseconds, now))
        let shown = isOurs ? elapsed : max(elapsed, Span.between(age.nextNanoseconds, now))
        return old >= periodNanoseconds && shown >= SigningLimits.leadNanoseconds
            && age.retired < SigningLimits.retiredMax
    }

    /// The record first, then the file, then the keys: what ends between them is told by the next start.
    private func make(_ change: SigningKeyRing.Change, isRotation: Bool) async {
        do {
            _ = try await journal.record(Self.record(change.detail))
            guard try ring.adopt(change) else { return }
            let elapsed = clocks.elapsed()
            state.withLockedValue { state in
                state.fault = nil
                guard isRotation else { return }
                state.sinceElapsed = elapsed
                state.isNextOurs = true
            }
            logger.notice("tokens are signed with the key \(change.signs)")
        } catch {
            fail(\.fault, "the keys of our tokens can't be changed, the old ones stay: \(error)")
        }
    }

    private func fail(_ which: WritableKeyPath<State, String?>, _ fault: String) {
        let isNew = state.withLockedValue { state in
            defer { state[keyPath: which] = fault }
            return state[keyPath: which] != fault
        }
        if isNew { logger.error("\(fault)") }
    }

    private static func record(_ detail: [UInt8]) -> Record {
        Record(kind: .system, action: SigningKeyRing.action, detail: detail)
    }
}
