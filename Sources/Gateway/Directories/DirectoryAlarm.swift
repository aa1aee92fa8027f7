internal import LDAP
internal import Logging
internal import NIOConcurrencyHelpers
internal import Time
internal import Workers

/// Says in the log what is amiss with a directory, once a minute at most, and counts it.
final class DirectoryAlarm: Sendable {
    private struct State {
        var toldAt: Int64?
        var counted = WorkerPool.Counts()
        var diedUntold = 0
        var hasToldOfLandlock = false
    }

    private static let quietNanoseconds: Int64 = 60_000_000_000

    private let name: String
    private let logger: Logger
    private let metrics: GatewayMetrics
    private let elapsed: @Sendable () -> Int64
    private let state = NIOLockedValueBox(State())

    init(
        _ name: String, logger: Logger, metrics: GatewayMetrics,
        elapsed: @escaping @Sendable () -> Int64
    ) {
        self.name = name
        self.logger = logger
        self.metrics = metrics
        self.elapsed = elapsed
    }

    /// Takes note of an answer, and of what became of the workers until now.
    func look(_ answer: DirectoryAnswer, _ counts: WorkerPool.Counts) {
        let now = elapsed()
        let lines = state.withLockedValue { state -> [String] in
            count(counts, &state)
            var lines: [String] = []
            if !counts.hasLandlock, !state.hasToldOfLandlock {
                state.hasToldOfLandlock = true
                lines.append("this kernel has no Landlock; seccomp alone holds helper processes")
            }
            guard state.toldAt.map({ Span.between($0, now) >= Self.quietNanoseconds }) ?? true
            else { return lines }
            if state.diedUntold > 0 {
                lines.append(
                    "\(state.diedUntold) helper processes ended while they read what the directory"
                        + " \(name) sent")
                state.diedUntold = 0
                state.toldAt = now
            }
            if case .fault(let reason) = answer {
                lines.append("the directory \(name) can't be asked: \(reason)")
                state.toldAt = now
            }
            return lines
        }
        for line in lines { logger.warning("\(line)") }
    }

    private func count(_ counts: WorkerPool.Counts, _ state: inout State) {
        let died = max(0, counts.died - state.counted.died)
        metrics.workersStarted.add(max(0, counts.started - state.counted.started))
        metrics.workersDied.add(died)
        metrics.workersLate.add(max(0, counts.late - state.counted.late))
        state.diedUntold += died
        state.counted = counts
    }
}
