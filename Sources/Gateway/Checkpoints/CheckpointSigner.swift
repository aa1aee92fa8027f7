internal import Audit
internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle
internal import Time

/// Has the log's end signed while the gateway runs, and says when that can't be done.
final class CheckpointSigner: Service {
    let keeper: CheckpointKeeper
    /// Has witnesses sign them, too, where there are any.
    private let watch: WitnessWatch?
    /// Changes the keys.
    let desk: LogKeyDesk
    private let heartbeat: LogHeartbeat
    private let logger: Logger
    private let ticker: any Ticker
    private let fault = NIOLockedValueBox<String?>(nil)

    /// Has the log say which keys sign, and shows their public halves beside the trust bundle.
    ///
    /// - Throws: What the journal or the file system says.
    init(
        _ configuration: GatewayConfiguration, _ ring: LogKeyRing, _ journal: Journal,
        last: Checkpoint?, metrics: GatewayMetrics, clocks: Clocks, logger: Logger,
        ticker: any Ticker
    ) async throws {
        let file = CheckpointFile(configuration)
        if try file.publish(ring.keys.published) {
            logger.notice("the log's public keys were written: \(configuration.logKeyPath)")
        }
        try await ring.begin(journal)
        heartbeat = LogHeartbeat(
            journal, seconds: configuration.audit.heartbeatSeconds, elapsed: clocks.elapsed)
        keeper = try CheckpointKeeper(
            journal: journal, keys: ring.keys.keys, last: last,
            hasEntries: configuration.audit.publishesEntries, elapsed: clocks.elapsed
        ) { try file.write($0) }
        watch = try WitnessWatch(
            configuration, keeper, journal, metrics: metrics, clocks: clocks, logger: logger,
            ticker: ticker)
        desk = LogKeyDesk(
            ring, keeper, watch?.keeper, journal, file,
            overlapSeconds: configuration.audit.keyOverlapSeconds, wall: clocks.wall)
        self.logger = logger
        self.ticker = ticker
    }

    /// Who has witnesses sign; nil where there are none.
    var witnesses: WitnessKeeper? { watch?.keeper }

    /// One line while nothing can be signed, or witnesses do not sign.
    var note: String? {
        let notes = [fault.withLockedValue { $0 }, watch?.note].compactMap { $0 }
        return notes.isEmpty ? nil : notes.joined(separator: "; ")
    }

    func run() async {
        await withDiscardingTaskGroup { group in
            if let watch { group.addTask { await watch.run() } }
            await ticker.run(.checkpoints) {
                await heartbeat.beat()
                await attempt { try await round() }
            }
        }
    }

    private func round() async throws {
        var fault: (any Error)?
        do { try await desk.round() } catch { fault = error }
        try await keeper.round()
        if let fault { throw fault }
    }

    /// Signs the end of the log that was closed.
    func finish() async { await attempt { try await keeper.finish() } }

    private func attempt(_ work: () async throws -> Void) async {
        do {
            try await work()
            if fault.withLockedValue({ $0 }) != nil {
                logger.notice("checkpoints are signed again")
            }
            fault.withLockedValue { $0 = nil }
        } catch is CancellationError {
            return
        } catch {
            let line = "the log's end is not signed: \(error)"
            let isNew = fault.withLockedValue { fault in
                defer { fault = line }
                return fault != line
            }
            if isNew { logger.error("\(line)") }
        }
    }
}
