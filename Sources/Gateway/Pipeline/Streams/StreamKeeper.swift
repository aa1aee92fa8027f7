internal import NIOConcurrencyHelpers
internal import Policy
internal import ServiceLifecycle
internal import Time

/// The streamed answers under way: bounded in number, and each judged again in every round.
///
/// As a service it outlives the slow lane, so that a stream which goes on while the gateway drains is judged still.
final class StreamKeeper: Service {
    private let policies: PolicyHolder
    private let clocks: Clocks
    private let ticker: any Ticker
    private let settings: SlowLaneSettings
    private let state = NIOLockedValueBox(State())

    private struct State {
        /// Those that are open and those that are being begun.
        var count = 0
        var open: [ObjectIdentifier: OpenStream] = [:]
    }

    init(
        policies: PolicyHolder, clocks: Clocks, ticker: any Ticker, settings: SlowLaneSettings
    ) {
        self.policies = policies
        self.clocks = clocks
        self.ticker = ticker
        self.settings = settings
    }

    func run() async {
        await ticker.run(.streams) { self.judge() }
    }

    /// Takes a place for one that is to begin, on a connection that has as many; false if there is none.
    func reserve(besides others: Int) -> Bool {
        guard others < settings.streamsPerConnectionMax else { return false }
        return state.withLockedValue { state in
            guard state.count < settings.streamsMax else { return false }
            state.count += 1
            return true
        }
    }

    /// Gives the place back of one that did not begin.
    func release() { state.withLockedValue { $0.count -= 1 } }

    /// Judges one that has begun from now on.
    func enter(_ stream: OpenStream) {
        state.withLockedValue { $0.open[ObjectIdentifier(stream)] = stream }
    }

    /// Gives the place back of one that is over; one that was given back before is no harm.
    func leave(_ stream: OpenStream) {
        state.withLockedValue { state in
            guard state.open.removeValue(forKey: ObjectIdentifier(stream)) != nil else { return }
            state.count -= 1
        }
    }

    /// Ends all streams of a principal or a credential.
    func end(_ owner: LiveOwner, because reason: String) {
        for stream in state.withLockedValue({ Array($0.open.values) }) where stream.isOf(owner) {
            stream.end(because: reason)
        }
    }

    /// Ends all streams of those who are meant.
    func end(all isMeant: (Principal) -> Bool, because reason: String) {
        for stream in state.withLockedValue({ Array($0.open.values) })
        where isMeant(stream.principal) {
            stream.end(because: reason)
        }
    }

    /// When a stream that begins now has to end.
    var endNanoseconds: Int64 { Span.after(clocks.elapsed(), settings.streamNanosecondsMax) }

    /// Ends all whose asker the policy in force no longer allows, or whose credential has lost its worth.
    private func judge() {
        let active = policies.current
        let now = clocks.wall()
        let elapsed = clocks.elapsed()
        for stream in state.withLockedValue({ Array($0.open.values) }) {
            stream.judge(
                under: active, nowNanoseconds: now, elapsedNanoseconds: elapsed)
        }
    }
}
