internal import NIOConcurrencyHelpers
internal import PKI
internal import ServiceLifecycle
internal import StrictJSON

/// Tells agents what is theirs, and of a change as soon as there is one.
///
/// How many may wait is the slow lane's bound.
final class IdentityFeed: Service {
    /// How often changes are looked for; a comparison of two numbers where nothing changed.
    static let tick = Duration.milliseconds(20)

    private struct Waiter {
        let agent: String
        let index: String
        let wake: AsyncStream<Void>.Continuation
    }

    private struct State {
        var waiters: [UInt64: Waiter] = [:]
        var nextNumber: UInt64 = 0
        var seen: [UInt64] = []
    }

    private let entries: EntryCatalogue
    private let trust: TrustStore
    /// Differs from start to start, because the trust's numbers begin anew with each.
    private let start = UInt32.random(in: 0...(.max))
    private let state = NIOLockedValueBox(State())

    init(entries: EntryCatalogue, trust: TrustStore) {
        self.entries = entries
        self.trust = trust
    }

    func run() async {
        await Pulse.run(every: Self.tick) { lookForChanges() }
        // Whoever waits is answered, so that the gateway can stop.
        let waiters = state.withLockedValue { state in
            defer { state.waiters = [:] }
            return state.waiters.values.map { $0 }
        }
        for waiter in waiters { waiter.wake.finish() }
    }

    /// What an agent's state is called; another name means another state.
    func index(of agent: String) -> String {
        "\(entries.index(ofAgent: agent))-\(trust.epoch)-\(start)"
    }

    /// Returns when the agent's state is no longer `index`, or the time is up, or the task is cancelled.
    func wait(agent: String, index: String, for duration: Duration) async {
        let (wakes, wake) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLockedValue { state in
            state.nextNumber += 1
            state.waiters[state.nextNumber] = Waiter(agent: agent, index: index, wake: wake)
            return state.nextNumber
        }
        // After the waiter is there, so that no change falls between the question and the waiting.
        if self.index(of: agent) == index {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in wakes { return } }
                group.addTask { try? await Task.sleep(for: duration) }
                await group.next()
                group.cancelAll()
            }
        }
        let ended = state.withLockedValue { $0.waiters.removeValue(forKey: number) }
        withExtendedLifetime(ended) {}
    }

    private func lookForChanges() {
        let now = [entries.index, trust.epoch]
        let waiters: [Waiter] = state.withLockedValue { state in
            guard state.seen != now else { return [] }
            state.seen = now
            return state.waiters.values.map { $0 }
        }
        for waiter in waiters where index(of: waiter.agent) != waiter.index { waiter.wake.yield() }
    }

    /// The whole state of an agent, as JSON, with its index.
    func document(of agent: String) -> [UInt8] {
        let index = index(of: agent)
        let bundles = Array(trust.snapshot.bundles.values)
        var writer = JSONWriter(capacity: 4096)
        writer.raw("{\"index\":")
        writer.string(index)
        writer.raw(",\"trustDomain\":")
        writer.string(entries.rules.trustDomain)
        writer.raw(",\"entries\":[")
        for (position, entry) in entries.entries(of: agent).entries.enumerated() {
            if position > 0 { writer.raw(",") }
            entry.write(to: &writer)
        }
        writer.raw("],\"bundles\":")
        writer.raw(BundleDocument.encodeMap(bundles))
        writer.raw("}")
        return writer.bytes
    }
}
