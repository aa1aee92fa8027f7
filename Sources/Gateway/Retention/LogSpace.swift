internal import Audit
internal import Glibc
internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOPosix
internal import ServiceLifecycle

/// Keeps the log's disk small while the gateway runs, on a thread that gives way to all others: packs segments that are full and sealed.
final class LogSpace: Service {
    private let packer: SegmentPacker?
    private let pace: ReadingPace
    private let journal: Journal
    private let metrics: GatewayMetrics
    private let logger: Logger
    private let ticker: any Ticker
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let fault = NIOLockedValueBox<String?>(nil)

    init(
        _ configuration: GatewayConfiguration, _ journal: Journal, metrics: GatewayMetrics,
        logger: Logger, ticker: any Ticker
    ) {
        packer = configuration.audit.packsSegments ? journal.packer : nil
        pace = ReadingPace(bytesPerSecond: configuration.audit.readBytesPerSecond)
        self.journal = journal
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
        var step = await pack()
        while case .packed(let name, let from, let to) = step {
            logger.info("segment \(name) was packed, \(from) bytes to \(to)")
            step = await pack()
        }
        metrics.logSpace.set(journal.space)
        switch step {
        case .packed, .idle: mend()
        case .damaged(let reason), .failed(let reason): tell("the log is not packed: \(reason)")
        }
    }

    private func pack() async -> SegmentPacker.Step {
        guard let packer else { return .idle }
        let isBehind = packer.waiting > LogSpaceLimits.waitingMax
        return await onThread { pace in
            packer.step { pace.take($0, inHaste: isBehind) }
        } ?? .idle
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

    private func mend() {
        fault.withLockedValue { $0 = nil }
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
