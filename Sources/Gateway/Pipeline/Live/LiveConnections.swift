internal import Policy

/// The connections of one listener and event loop by whose they are; confined to its event loop.
final class LiveConnections {
    /// Those of one owner.
    private final class Owned {
        var connections: [ObjectIdentifier: any LiveConnection] = [:]
        /// As whom an owner that is a principal came, whole: a lock may be on more than a name, and one name may come with other groups.
        var principals: [Principal] = []
    }

    private var known: [LiveOwner: Owned] = [:]
    /// Of whom nothing is allowed for now, and how often that was said.
    private var suspended: [LiveOwner: Int] = [:]

    func add(_ connection: any LiveConnection, of owner: LiveOwner) {
        if let owned = known[owner] {
            owned.connections[ObjectIdentifier(connection)] = connection
        } else {
            let owned = Owned()
            owned.connections[ObjectIdentifier(connection)] = connection
            known[owner] = owned
        }
        guard let times = suspended[owner] else { return }
        for _ in 0..<times { connection.suspend() }
    }

    /// Takes note of whom an owner stands for; forgotten with its last connection.
    func note(_ principal: Principal, as owner: LiveOwner) {
        guard let owned = known[owner], !owned.principals.contains(principal) else { return }
        if owned.principals.count >= PipelineLimits.principalsKnownMax {
            owned.principals.removeFirst()
        }
        owned.principals.append(principal)
    }

    /// Those that have connections here.
    var principals: [LiveOwner: [Principal]] {
        known.mapValues(\.principals).filter { !$0.value.isEmpty }
    }

    /// How many of one are here.
    func count(_ owner: LiveOwner) -> Int { known[owner]?.connections.count ?? 0 }

    func remove(_ connection: any LiveConnection, of owners: some Sequence<LiveOwner>) {
        for owner in owners {
            guard let owned = known[owner] else { continue }
            owned.connections[ObjectIdentifier(connection)] = nil
            if owned.connections.isEmpty { known[owner] = nil }
        }
    }

    /// Has nothing more allowed of one, on connections that are here and those that come, until it resumes.
    func suspend(_ owner: LiveOwner) {
        suspended[owner, default: 0] += 1
        for connection in all(of: owner) { connection.suspend() }
    }

    /// Takes one suspension back.
    func resume(_ owner: LiveOwner) {
        guard let times = suspended[owner] else { return }
        suspended[owner] = times > 1 ? times - 1 : nil
        for connection in all(of: owner) { connection.resume() }
    }

    /// Ends all of one: what was asked already has a moment to be answered.
    ///
    /// - Returns: How many there were.
    func end(_ owner: LiveOwner) -> Int {
        let connections = all(of: owner)
        for connection in connections { connection.drain(within: PipelineLimits.endedDrainTime) }
        return connections.count
    }

    /// Closes all of one at once: nothing more comes of what was asked.
    ///
    /// - Returns: How many there were.
    func cut(_ owner: LiveOwner) -> Int {
        let connections = all(of: owner)
        for connection in connections { connection.cut() }
        return connections.count
    }

    /// Those of one, apart from what knows them: what ends is removed meanwhile.
    private func all(of owner: LiveOwner) -> [any LiveConnection] {
        known[owner].map { Array($0.connections.values) } ?? []
    }
}
