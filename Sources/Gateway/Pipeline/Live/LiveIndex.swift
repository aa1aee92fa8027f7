internal import NIOConcurrencyHelpers
internal import NIOCore
internal import Policy

/// What is live of whom on all listeners: the seam by which a key that is revoked, or a user that is locked, loses what is open.
///
/// Nothing of it is asked by a request: each event loop keeps its own connections, and an end goes round them all. New requests are
/// refused by the authenticators, whose generation has changed by then; so take the credential's worth first, then call `end`.
package final class LiveIndex: Sendable {
    private struct State {
        var places: [NIOLoopBound<LiveConnections>] = []
        var lanes: [NIOLoopBound<FastLane>] = []
        var streams: StreamKeeper?
        var calls: SlowLane?
    }

    private let state = NIOLockedValueBox(State())
    /// Of whom nothing is allowed for now.
    package let suspensions = Suspensions()

    init() {}

    func add(_ place: NIOLoopBound<LiveConnections>) {
        state.withLockedValue { $0.places.append(place) }
    }

    func add(_ lane: NIOLoopBound<FastLane>) {
        state.withLockedValue { $0.lanes.append(lane) }
    }

    func add(_ streams: StreamKeeper) { state.withLockedValue { $0.streams = streams } }

    func add(_ calls: SlowLane) { state.withLockedValue { $0.calls = calls } }

    /// How many connections those have who are meant; not called on an event loop.
    func count(all isMeant: @escaping @Sendable (Principal) -> Bool) async -> Int {
        await goRound { here in
            here.principals.filter { $0.value.contains(where: isMeant) }.keys
                .reduce(0) { $0 + here.count($1) }
        }
    }

    /// From now on there is nobody: the event loops soon end.
    func close() {
        state.withLockedValue { state in
            state.places = []
            state.lanes = []
        }
    }

    /// Does something with the connections of each listener and event loop, and returns once all have done it.
    ///
    /// - Returns: The sum of what it comes to.
    @discardableResult
    func goRound(_ body: @escaping @Sendable (LiveConnections) -> Int) async -> Int {
        // Under the lock: the event loops may be gone once `close` has returned.
        let counts = state.withLockedValue { state in
            state.places.map { place in place.eventLoop.submit { body(place.value) } }
        }
        var sum = 0
        for count in counts { sum += (try? await count.get()) ?? 0 }
        return sum
    }

    /// What each event loop has decided until now is on disk, or can't be, once these have succeeded.
    func lanesSettled() -> [EventLoopFuture<Void>] {
        state.withLockedValue { state in
            state.lanes.map { lane in lane.eventLoop.flatSubmit { lane.value.settled() } }
        }
    }

    /// Ends all connections and streams of one; they are gone within a second.
    ///
    /// - Parameters:
    ///   - owner: Whose.
    ///   - reason: What the closing records of streams say.
    /// - Returns: How many connections there were.
    @discardableResult
    package func end(_ owner: LiveOwner, because reason: String) async -> Int {
        state.withLockedValue { $0.streams }?.end(owner, because: reason)
        return await goRound { $0.end(owner) }
    }

    /// Ends the connections of many credentials, which have lost their worth, by what those are called; a round of the event loops for
    /// some of them together.
    ///
    /// Streams judge what they were asked with by themselves, four times a second.
    func end(named names: [String]) async {
        var left = names[...]
        while !left.isEmpty {
            let owners = left.prefix(PipelineLimits.endedTogetherMax).map { LiveOwner(named: $0) }
            left = left.dropFirst(PipelineLimits.endedTogetherMax)
            await goRound { here in owners.reduce(0) { $0 + here.end($1) } }
        }
    }

    /// Closes all connections of one at once, with their streams and slow calls: what they were opened with is worth nothing any more.
    ///
    /// When it returns, nothing of theirs is decided any more.
    ///
    /// - Parameters:
    ///   - owner: Whose.
    ///   - reason: What the closing records of streams say.
    /// - Returns: How many connections there were.
    @discardableResult
    package func cut(_ owner: LiveOwner, because reason: String) async -> Int {
        state.withLockedValue { $0.streams }?.end(owner, because: reason)
        return await goRound { $0.cut(owner) }
    }

    /// Ends all connections, streams and slow calls of those who are meant; they are gone within a second.
    ///
    /// - Parameters:
    ///   - isMeant: Says who; not called on an event loop.
    ///   - endsCalls: Whether slow calls end at once, not with their connections: not where whoever has this done may be meant.
    ///   - reason: What the closing records of streams say.
    /// - Returns: How many connections there were.
    func end(
        all isMeant: @Sendable (Principal) -> Bool, calls endsCalls: Bool, because reason: String
    ) async -> Int {
        let (streams, calls) = state.withLockedValue { ($0.streams, $0.calls) }
        streams?.end(all: isMeant, because: reason)
        if endsCalls { calls?.end(all: isMeant) }
        let lists = state.withLockedValue { state in
            state.places.map { place in
                (place, place.eventLoop.submit { place.value.principals })
            }
        }
        var count = 0
        for (place, list) in lists {
            let known = (try? await list.get()) ?? [:]
            let owners = known.filter { $0.value.contains(where: isMeant) }.map(\.key)
            guard !owners.isEmpty else { continue }
            // Under the lock again: the event loop may be gone by now.
            let end = state.withLockedValue { state in
                state.places.isEmpty
                    ? nil
                    : place.eventLoop.submit {
                        owners.reduce(0) { $0 + place.value.end($1) }
                    }
            }
            count += (try? await end?.get()) ?? 0
        }
        return count
    }
}
