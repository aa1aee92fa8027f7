internal import Glibc

/// How many files and sockets this process may have open, and how many of them are for clients.
package struct Descriptors: Equatable, Sendable {
    /// What the system allows.
    package let limit: Int
    /// Connections of clients at once.
    package let connectionsMax: Int
    private let reserved: Int
    /// How many connections were asked for.
    private let wanted: Int

    /// Shares a limit out; journal, store, health and policy come first.
    package init(limit: Int, connectionsWanted wanted: Int) {
        self.limit = limit
        self.wanted = wanted
        reserved = min(ListenerLimits.descriptorsReserved, limit / 2)
        connectionsMax = max(1, min(wanted, limit - reserved))
    }

    /// Raises the limit to the highest that the process may set, and shares it out.
    static func raised(connectionsWanted wanted: Int) -> Descriptors {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else {
            return Descriptors(
                limit: ListenerLimits.descriptorsAssumed, connectionsWanted: wanted)
        }
        if limit.rlim_cur < limit.rlim_max {
            var highest = limit
            highest.rlim_cur = limit.rlim_max
            if setrlimit(resource, &highest) == 0 { limit = highest }
        }
        return Descriptors(limit: Int(clamping: limit.rlim_cur), connectionsWanted: wanted)
    }

    /// What a person is told at the start.
    package var line: String {
        let count = limit == .max ? "any number of" : "\(limit)"
        let room = "up to \(connectionsMax) connections: \(count) file descriptors,"
        let rest = " \(reserved) of them for journal, store and health"
        guard connectionsMax < wanted else { return room + rest }
        return room + rest
            + "; limits.connections_max asks for \(wanted), so raise the limit (ulimit -n, LimitNOFILE=)"
    }

    /// Whether fewer connections fit than were asked for.
    package var isShort: Bool { connectionsMax < wanted }
}
