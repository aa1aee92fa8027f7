internal import Audit
internal import Logging
internal import NIOConcurrencyHelpers
internal import PKI
internal import Time

/// Has somebody answer for each of our authorities: with a certificate that lives two days, is replaced when half of that is over, and is in the
/// log before it is used.
final class ResponderKeeper: Sendable {
    private struct State {
        var fault: String?
        var failedElapsed: Int64?
    }

    private let office: RevocationOffice
    private let journal: Journal
    private let clocks: Clocks
    private let logger: Logger
    private let state = NIOLockedValueBox(State())

    init(_ office: RevocationOffice, journal: Journal, clocks: Clocks, logger: Logger) {
        self.office = office
        self.journal = journal
        self.clocks = clocks
        self.logger = logger
    }

    /// One line while somebody is missing.
    var note: String? { state.withLockedValue { $0.fault } }

    /// Makes those that are due.
    func look() async {
        let failed = state.withLockedValue { $0.failedElapsed }
        if let failed, Span.between(failed, clocks.elapsed()) < PublicationLimits.retryNanoseconds {
            return
        }
        var faults: [String] = []
        let now = clocks.wall()
        for authority in office.dueResponders(nowNanoseconds: now) {
            do {
                let made = try office.makeResponder(of: authority, nowNanoseconds: now)
                let number = UInt64.random(in: 1...UInt64.max)
                let receipt = try await journal.record(
                    Record(
                        kind: .system, action: UnusedResponder.action, detail: made.detail,
                        decisionID: number))
                try office.use(made, receipt: receipt, boundTo: number)
            } catch {
                faults.append("\(authority): \(error)")
            }
        }
        finish(faults)
    }

    private func finish(_ faults: [String]) {
        let fault =
            faults.isEmpty
            ? nil
            : "nobody answers about certificates of an authority: \(faults.joined(separator: "; "))"
        let elapsed = clocks.elapsed()
        let isNew = state.withLockedValue { state in
            defer { state.fault = fault }
            state.failedElapsed = fault == nil ? nil : elapsed
            return state.fault != fault
        }
        if isNew, let fault { logger.error("\(fault)") }
    }
}
