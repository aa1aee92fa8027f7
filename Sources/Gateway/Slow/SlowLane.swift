internal import Atomics
internal import ServiceLifecycle

/// Runs slow operations and the producers of streamed answers, a bounded number at a time.
///
/// Over the bound nothing is queued: `submit` says no, and the request is answered 503.
final class SlowLane: Service {
    typealias Job = @Sendable () async -> Void

    private let jobs: AsyncStream<Job>
    private let queue: AsyncStream<Job>.Continuation
    private let inFlight: [ManagedAtomic<Int>] = SlowKind.allCases.map { _ in ManagedAtomic(0) }

    init() {
        (jobs, queue) = AsyncStream.makeStream(of: Job.self)
    }

    /// Starts a job unless as many as may are in flight.
    func submit(_ kind: SlowKind, _ job: @escaping Job) -> Bool {
        let counter = counter(kind)
        guard counter.wrappingIncrementThenLoad(ordering: .relaxed) <= kind.inFlightMax else {
            counter.wrappingDecrement(ordering: .relaxed)
            return false
        }
        let yielded = queue.yield {
            await job()
            counter.wrappingDecrement(ordering: .relaxed)
        }
        if case .enqueued = yielded { return true }
        counter.wrappingDecrement(ordering: .relaxed)
        return false
    }

    /// How many jobs of a kind are in flight.
    func inFlight(_ kind: SlowKind) -> Int { counter(kind).load(ordering: .relaxed) }

    /// Runs jobs until the gateway has drained; what is left then is cancelled.
    func run() async {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await job in jobs { group.addTask { await job() } }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.queue.finish()
        }
    }

    private func counter(_ kind: SlowKind) -> ManagedAtomic<Int> {
        switch kind {
        case .work: inFlight[0]
        case .wait: inFlight[1]
        case .stream: inFlight[2]
        }
    }
}

extension SlowKind {
    /// How many of a kind may be in flight.
    var inFlightMax: Int {
        switch self {
        case .work: ExchangeLimits.slowWorkMax
        case .wait: ExchangeLimits.slowWaitsMax
        case .stream: ExchangeLimits.streamsMax
        }
    }
}
