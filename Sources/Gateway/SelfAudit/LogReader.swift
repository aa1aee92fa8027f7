internal import Audit
internal import Glibc
internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOPosix
internal import ServiceLifecycle
internal import StrictJSON
internal import Time

/// Has the log read again while the gateway runs, slowly, on a thread that gives way to all others: what is full is sealed, and all of it
/// proved once a day.
final class LogReader: Service {
    static let action = "log.verified"

    private let journal: Journal
    private let audit: SelfAudit
    private let pace: ReadingPace
    private let elapsed: @Sendable () -> Int64
    private let metrics: GatewayMetrics
    private let logger: Logger
    private let ticker: any Ticker
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let state = NIOLockedValueBox(State())

    private struct State {
        var fault: String?
        /// When the next round is due; nil for at once.
        var dueAt: Int64?
        /// Segments that this round proved.
        var segments = 0
    }

    init?(
        _ configuration: GatewayConfiguration, _ journal: Journal, metrics: GatewayMetrics,
        elapsed: @escaping @Sendable () -> Int64, logger: Logger, ticker: any Ticker
    ) {
        guard let audit = journal.selfAudit else { return nil }
        self.journal = journal
        self.audit = audit
        pace = ReadingPace(bytesPerSecond: configuration.audit.readBytesPerSecond)
        self.elapsed = elapsed
        self.metrics = metrics
        self.logger = logger
        self.ticker = ticker
    }

    /// One line while something is wrong.
    var note: String? { state.withLockedValue { $0.fault } }

    func run() async {
        thread.start()
        await withGracefulShutdownHandler {
            await ticker.run(.reading) { await work() }
        } onGracefulShutdown: { [pace] in
            pace.end()
        }
        try? await thread.shutdownGracefully()
    }

    /// Seals all that has no seal, and proves the next segment if a round is due.
    private func work() async {
        var step = await step()
        while case .sealed = step { step = await self.step() }
        metrics.logBytesRead.set(Int(audit.bytes))
        metrics.logSegmentsUnsealed.set(audit.unsealed)
        switch step {
        case .finished(let records): await finish(records)
        case .proved:
            state.withLockedValue { $0.segments += 1 }
            mend()
        case .sealed, .idle: mend()
        case .damaged(let reason): tell("the log is damaged: \(reason)")
        case .failed(let reason): tell("the log can't be read again: \(reason)")
        }
    }

    private func step() async -> SelfAudit.Step {
        let isDue = state.withLockedValue { $0.dueAt.map { $0 <= elapsed() } ?? true }
        let (audit, pace) = (audit, pace)
        let isBehind = audit.isBehind
        let step = try? await thread.runIfActive {
            // Of this thread alone.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, SelfAuditLimits.niceness)
            return audit.step(sealsOnly: !isDue) { pace.take($0, inHaste: isBehind) }
        }
        return step ?? .idle
    }

    /// The log says that all of it was read again.
    private func finish(_ records: UInt64) async {
        let now = elapsed()
        let segments = state.withLockedValue { state in
            state.dueAt = Span.after(now, SelfAuditLimits.roundNanoseconds)
            defer { state.segments = 0 }
            return state.segments
        }
        var writer = JSONWriter()
        writer.raw("{\"records\":")
        writer.integer(records)
        writer.raw(",\"segments\":")
        writer.integer(segments)
        writer.raw("}")
        let record = Record(kind: .system, action: Self.action, detail: writer.bytes)
        do throws(AuditError) {
            _ = try await journal.record(record)
        } catch {
            logger.debug("that the log was read again is not recorded: \(error)")
        }
        mend()
    }

    private func mend() {
        let was = state.withLockedValue { state in
            // What was damaged is whole once records are taken again.
            guard journal.state == .open else { return nil as String? }
            defer { state.fault = nil }
            return state.fault
        }
        if was != nil {
            metrics.logDamaged.set(0)
            logger.notice("the log is read again")
        }
    }

    private func tell(_ line: String) {
        guard journal.state != .closed else { return }
        metrics.logDamaged.set(1)
        let isNew = state.withLockedValue { state in
            defer { state.fault = line }
            return state.fault != line
        }
        if isNew { logger.error("\(line)") }
    }
}
