internal import NIOConcurrencyHelpers
internal import Policy

/// The calls in the slow lane, bounded in all and for each client.
final class SlowCalls: Sendable {
    /// Who is counted as one client: a principal, or where those come from that are nobody.
    struct Client: Hashable {
        let kind: Principal.Kind
        let id: String
        /// An address of IPv4, a network of 64 bits of IPv6.
        let network: IPAddress?

        init(_ asker: Asker) {
            let principal = asker.standing.subject.principal
            kind = principal.kind
            id = principal.id
            guard principal.kind == .anonymous, let address = asker.address else {
                network = nil
                return
            }
            network = address.network
        }
    }

    private struct State {
        var isOpen = true
        var calls: [ObjectIdentifier: SlowRun] = [:]
        var clients: [Client: Int] = [:]
        var waiting: [AsyncStream<Never>.Continuation] = []
    }

    private let settings: SlowLaneSettings
    private let state = NIOLockedValueBox(State())

    init(_ settings: SlowLaneSettings) {
        self.settings = settings
    }

    /// Takes a call in.
    ///
    /// - Throws: ``Problem`` 503 when there are too many, or the gateway stops.
    func enter(_ run: SlowRun) throws(Problem) {
        let client = Client(run.job.asker)
        let problem: Problem? = state.withLockedValue { state in
            guard state.isOpen else { return .stopping }
            guard state.calls.count < settings.callsMax else { return .slowLaneFull }
            let others = state.clients[client] ?? 0
            guard others < settings.callsPerClientMax else { return .clientBusy }
            state.clients[client] = others + 1
            state.calls[ObjectIdentifier(run)] = run
            return nil
        }
        if let problem { throw problem }
    }

    /// Lets a call out that has ended; one that is out already is no harm.
    func leave(_ run: SlowRun) {
        let client = Client(run.job.asker)
        let waiting = state.withLockedValue { state -> [AsyncStream<Never>.Continuation] in
            guard state.calls.removeValue(forKey: ObjectIdentifier(run)) != nil else { return [] }
            let others = (state.clients[client] ?? 1) - 1
            state.clients[client] = others > 0 ? others : nil
            guard state.calls.isEmpty else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.finish() }
    }

    /// Takes no more in.
    ///
    /// - Returns: The calls that are under way.
    func shut() -> [SlowRun] {
        state.withLockedValue { state in
            state.isOpen = false
            return Array(state.calls.values)
        }
    }

    /// The calls of those who are meant that are under way.
    func of(all isMeant: (Principal) -> Bool) -> [SlowRun] {
        state.withLockedValue { Array($0.calls.values) }.filter {
            isMeant($0.job.asker.standing.subject.principal)
        }
    }

    /// Calls under way.
    var count: Int { state.withLockedValue { $0.calls.count } }

    /// Waits until none is left, or the task is cancelled.
    func untilNoneIsLeft() async {
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        let isEmpty = state.withLockedValue { state in
            if !state.calls.isEmpty { state.waiting.append(continuation) }
            return state.calls.isEmpty
        }
        guard !isEmpty else { return }
        for await _ in stream {}
    }
}
