internal import Time

/// In which order the servers of a directory are asked: the one that answered last, then as they are configured, and those that failed
/// a short time ago at the end.
struct ServerOrder {
    private var failed: [Int: Int64] = [:]
    private var good: Int?
    private let count: Int

    init(count: Int) { self.count = count }

    /// The numbers of all servers.
    func order(at now: Int64) -> [Int] {
        let all = (good.map { [$0] } ?? []) + (0..<count).filter { $0 != good }
        let isLate = { (server: Int) in isFailing(server, at: now) }
        return all.filter { !isLate($0) } + all.filter(isLate)
    }

    /// It answered, whatever it said.
    mutating func answered(_ server: Int) {
        failed[server] = nil
        good = server
    }

    /// It did not.
    mutating func failed(_ server: Int, at now: Int64) {
        failed[server] = now
        if good == server { good = nil }
    }

    private func isFailing(_ server: Int, at now: Int64) -> Bool {
        guard let since = failed[server] else { return false }
        return Span.between(since, now) < DirectoryBounds.failedNanoseconds
    }
}
