internal import NIOCore
internal import Policy
internal import Wire

/// The connections of one listener and event loop by whose they are; confined to its event loop.
final class LiveConnections {
    private var known: [LiveOwner: [ObjectIdentifier: Connection]] = [:]
    /// The principals among the owners, whole: a lock may be on more than a name.
    private var named: [LiveOwner: Principal] = [:]

    func add(_ connection: Connection, of owner: LiveOwner) {
        known[owner, default: [:]][ObjectIdentifier(connection)] = connection
    }

    /// Takes note of whom an owner stands for; forgotten with its last connection.
    func note(_ principal: Principal, as owner: LiveOwner) {
        if known[owner] != nil { named[owner] = principal }
    }

    /// Those that have connections here.
    var principals: [LiveOwner: Principal] { named }

    /// How many of one are here.
    func count(_ owner: LiveOwner) -> Int { known[owner]?.count ?? 0 }

    func remove(_ connection: Connection, of owners: some Sequence<LiveOwner>) {
        for owner in owners {
            known[owner]?[ObjectIdentifier(connection)] = nil
            if known[owner]?.isEmpty == true {
                known[owner] = nil
                named[owner] = nil
            }
        }
    }

    /// Ends all of one: what was asked already has a moment to be answered.
    ///
    /// - Returns: How many there were.
    func end(_ owner: LiveOwner) -> Int {
        let connections = known[owner].map { Array($0.values) } ?? []
        for connection in connections { connection.drain(within: PipelineLimits.endedDrainTime) }
        return connections.count
    }

    /// Closes all of one at once: nothing more comes of what was asked.
    ///
    /// - Returns: How many there were.
    func cut(_ owner: LiveOwner) -> Int {
        let connections = known[owner].map { Array($0.values) } ?? []
        for connection in connections { connection.cut() }
        return connections.count
    }
}
