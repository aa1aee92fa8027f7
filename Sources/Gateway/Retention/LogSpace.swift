internal import Audit
internal import Glibc
internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOPosix
internal import ServiceLifecycle
internal import Time

/// Keeps the log's disk small while the gateway runs, on a thread that gives way to all others: packs segments that are full and sealed, and
/// takes away what is not to be kept any longer.
final class LogSpace: Service {
    private let packer: SegmentPacker?
    private let pruning: LogPruning?
    private let pace: ReadingPace
    private let journal: Journal
    private let metrics: GatewayMetrics
    private let logger: Logger
    private let ticker: any Ticker
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let fault = NIOLockedValueBox<String?>(nil)

    init(
        _ configuration: GatewayConfiguration, _ state: OpenedState, _ keeper: CheckpointKeeper,
        metrics: GatewayMetrics, clocks: Clocks, logger: Logger, ticker: any Ticker
    ) {
        journal = state.journal
        packer = configuration.audit.packsSegments ? journal.packer : nil
        pruning = LogPruning(configuration, state, keeper, wall: clocks.wall)
        pace = ReadingPace(bytesPerSecond: configuration.audit.readBytesPerSecond)
        self.metrics = metrics
        self.logger = logger
        self.ticker = ticker
    }

    /// One line while something is wrong.
    var note: String? { fault.withLockedValue { $0 } }

    func run() async {
        thread.start()
        await withGracefulShutdownHandler {
            await ticker.run(.space) { await work() }
        } onGracefulShutdown: { [pace] in
            pace.end()
        }
        try? await thread.shutdownGracefully()
    }

    private func work() async {
        let faults = [await pack(), await prune()].compactMap { $0 }
        metrics.logSpace.set(
            journal.space, gone: journal.pruner?.gone, pruned: pruning?.lastNanoseconds)
        if faults.isEmpty { return fault.withLockedValue { $0 = nil } }
        tell(faults.joined(separator: "; "))
    }

    /// Packs all that can be; says what is wrong.
    private func pack() async -> String? {
        guard let packer else { return nil }
        while true {
            let isBehind = packer.waiting > LogSpaceLimits.waitingMax
            let step = await onThread { pace in
                packer.step { pace.take($0, inHaste: isBehind) }
            }
            switch step {
            case .packed(let name, let from, let to):
                logger.info("segment \(name) was packed, \(from) bytes to \(to)")
            case .idle, nil: return nil
            case .damaged(let reason), .failed(let reason):
                return "the log is not packed: \(reason)"
            }
        }
    }

    /// Takes away what is due; says what is wrong.
    private func prune() async -> String? {
        guard let pruning, journal.state == .open else { return nil }
        do {
            while let plan = try await pruning.due({ work in await onThread { _ in work() } }) {
                try await pruning.carryOut(plan) { work in await onThread { _ in work() } }
                logger.notice(
                    "records \(plan.records) were taken away (\(plan.why.rawValue)), \(plan.bytes) bytes"
                )
            }
            return nil
        } catch is CancellationError {
            return nil
        } catch {
            return "the log's oldest records can't be taken away: \(error)"
        }
    }

    private func onThread<R: Sendable>(
        _ work: @escaping @Sendable (ReadingPace) -> R
    ) async -> R? {
        let pace = pace
        return try? await thread.runIfActive {
            // Of this thread alone.
            _ = setpriority(
                __priority_which_t(PRIO_PROCESS.rawValue), 0, SelfAuditLimits.niceness)
            return work(pace)
        }
    }

    private func tell(_ line: String) {
        guard journal.state != .closed else { return }
        let isNew = fault.withLockedValue { fault in
            defer { fault = line }
            return fault != line
        }
        if isNew { logger.error("\(line)") }
    }
}

/// Bounds of how the log's disk is kept small.
enum LogSpaceLimits {
    /// So many full segments may wait to be packed before that is done faster.
    static let waitingMax = 4
}
