internal import Audit
internal import Logging
internal import NIOConcurrencyHelpers
internal import Time

/// What came of signing what is told to others: a fault is said once, and followed by the next attempt no sooner than a while later.
///
/// Each use of an authority's key is in the log before it.
final class SigningAttempts: Sendable {
    private struct State {
        /// Why something that is due is not there.
        var fault: String?
        /// The elapsed clock when an attempt failed last.
        var failedElapsed: Int64?
    }

    private let what: String
    private let journal: Journal
    private let clocks: Clocks
    private let logger: Logger
    private let state = NIOLockedValueBox(State())

    /// `what` is what a fault means, in front of its reasons.
    init(_ what: String, journal: Journal, clocks: Clocks, logger: Logger) {
        self.what = what
        self.journal = journal
        self.clocks = clocks
        self.logger = logger
    }

    /// One line while something that is due is not there.
    var note: String? { state.withLockedValue { $0.fault } }

    /// Whether the last attempt failed.
    var hasFailed: Bool { state.withLockedValue { $0.failedElapsed != nil } }

    /// Whether it is too early for another attempt.
    var isResting: Bool {
        guard let failed = state.withLockedValue({ $0.failedElapsed }) else { return false }
        return Span.between(failed, clocks.elapsed()) < PublicationLimits.retryNanoseconds
    }

    /// Puts on disk what is about to be signed, and then has it signed.
    ///
    /// - Throws: `AuditError`, and nothing was signed; what the body throws.
    func recorded<R>(
        _ action: String, _ detail: [UInt8],
        _ body: (_ receipt: consuming Receipt, _ number: UInt64) async throws -> R
    ) async throws -> R {
        let number = UInt64.random(in: 1...UInt64.max)
        let receipt = try await journal.record(
            Record(kind: .system, action: action, detail: detail, decisionID: number))
        return try await body(receipt, number)
    }

    /// Says what came of an attempt.
    func finish(_ faults: [String]) {
        let fault = faults.isEmpty ? nil : "\(what): \(faults.joined(separator: "; "))"
        let elapsed = clocks.elapsed()
        let isNew = state.withLockedValue { state in
            defer { state.fault = fault }
            state.failedElapsed = fault == nil ? nil : elapsed
            return state.fault != fault
        }
        if isNew, let fault { logger.error("\(fault)") }
    }
}
