internal import NIOConcurrencyHelpers
internal import NIOCore

/// All live connections of clients, so that those of a revoked certificate or an ended session can be ended at once.
final class ConnectionRegistry: Sendable {
    private let loops: NIOLockedValueBox<[NIOLoopBound<LoopConnections>]> = .init([])

    /// Adds the connections of one event loop.
    func add(_ connections: NIOLoopBound<LoopConnections>) {
        loops.withLockedValue { $0.append(connections) }
    }

    /// Ends every connection that fits, with its open streams, and says how many there were.
    ///
    /// The certificate's verifier or the credential's store must refuse already: what connects meanwhile is judged there.
    @discardableResult
    func end(where fits: @escaping @Sendable (ConnectionFacts) -> Bool) async -> Int {
        var count = 0
        for connections in loops.withLockedValue({ $0 }) {
            let ended = connections.eventLoop.submit { connections.value.end(where: fits) }
            count += (try? await ended.get()) ?? 0
        }
        return count
    }

    /// How many connections are open.
    func count() async -> Int {
        await count { _ in true }
    }

    /// How many connections fit.
    func count(where fits: @escaping @Sendable (ConnectionFacts) -> Bool) async -> Int {
        var count = 0
        for connections in loops.withLockedValue({ $0 }) {
            let found = connections.eventLoop.submit { connections.value.count(where: fits) }
            count += (try? await found.get()) ?? 0
        }
        return count
    }
}

/// The live connections of one event loop; confined to it.
final class LoopConnections {
    private var open: [ObjectIdentifier: ClientConnection] = [:]

    func count(where fits: (ConnectionFacts) -> Bool) -> Int {
        open.values.count { fits($0.facts) }
    }

    func add(_ connection: ClientConnection) {
        open[ObjectIdentifier(connection)] = connection
    }

    func remove(_ connection: ClientConnection) {
        open[ObjectIdentifier(connection)] = nil
    }

    func end(where fits: (ConnectionFacts) -> Bool) -> Int {
        let ending = open.values.filter { fits($0.facts) }
        for connection in ending { connection.end() }
        return ending.count
    }
}
