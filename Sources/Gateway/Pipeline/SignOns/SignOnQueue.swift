internal import NIOConcurrencyHelpers
internal import NIOCore
internal import Policy
internal import ServiceLifecycle

/// Sign-ons that have to wait for what others did to their account.
///
/// They hold no place in the slow lane and no thread, only memory: bounded in number, in all and of one source.
final class SignOnQueue: Service {
    private struct Waiting {
        let job: SlowJob
        let dueNanoseconds: Int64
    }

    private struct State {
        var isOpen = true
        var waiting: [Waiting] = []
        var sources: [IPAddress?: Int] = [:]

        mutating func letGo(_ source: IPAddress?) {
            let others = (sources[source] ?? 1) - 1
            sources[source] = others > 0 ? others : nil
        }
    }

    private let state = NIOLockedValueBox(State())
    private let clock: @Sendable () -> Int64
    private let ticker: any Ticker

    /// Takes the elapsed clock.
    init(clock: @escaping @Sendable () -> Int64, ticker: any Ticker) {
        self.clock = clock
        self.ticker = ticker
    }

    func run() async {
        await ticker.run(.signOns) { self.release() }
        for one in takeAll() { one.execute { lane, job in lane.giveUp(job, .stopping) } }
    }

    /// How many wait.
    var count: Int { state.withLockedValue { $0.waiting.count } }

    /// Has a call begin later; false if too many wait already, or the gateway stops.
    func take(_ job: SlowJob, dueNanoseconds: Int64) -> Bool {
        let source = job.asker.address?.network
        return state.withLockedValue { state in
            let others = state.sources[source] ?? 0
            guard state.isOpen, state.waiting.count < PipelineLimits.signOnsWaitingMax,
                others < PipelineLimits.signOnsWaitingOfSourceMax
            else { return false }
            state.sources[source] = others + 1
            state.waiting.append(Waiting(job: job, dueNanoseconds: dueNanoseconds))
            return true
        }
    }

    private func release() {
        let now = clock()
        let due = state.withLockedValue { state -> [Waiting] in
            let due = state.waiting.filter { $0.dueNanoseconds <= now }
            guard !due.isEmpty else { return due }
            state.waiting.removeAll { $0.dueNanoseconds <= now }
            for one in due { state.letGo(one.job.asker.address?.network) }
            return due
        }
        for one in due { one.job.execute { lane, job in lane.begin(job) } }
    }

    private func takeAll() -> [SlowJob] {
        state.withLockedValue { state in
            state.isOpen = false
            defer { state.waiting = [] }
            return state.waiting.map(\.job)
        }
    }
}

extension SlowJob {
    /// Does something with it on the event loop that it came from.
    fileprivate func execute(_ work: @escaping @Sendable (FastLane, SlowJob) -> Void) {
        home.eventLoop.execute { work(home.value.lane, self) }
    }
}
