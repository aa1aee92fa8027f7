/// Failures that are counted by a key, of a bounded number of keys; those that nothing was heard of for long make room.
struct FailureTallies<Key: Hashable & Sendable>: Sendable {
    /// What one has failed.
    struct Tally: Sendable {
        var failures = 0
        /// When the next attempt is due.
        var dueNanoseconds = Int64.min
        var lastNanoseconds: Int64
    }

    private let countMax: Int
    private var tallies: [Key: Tally] = [:]
    private var sweptNanoseconds = Int64.min

    init(countMax: Int) {
        self.countMax = countMax
    }

    var count: Int { tallies.count }

    /// The tally of a key; nothing is kept of what has been quiet for long.
    func tally(of key: Key, at now: Int64) -> Tally {
        guard let known = tallies[key], !Self.isQuiet(known, at: now) else {
            return Tally(lastNanoseconds: now)
        }
        return known
    }

    /// Keeps a tally; false where there is no room.
    mutating func keep(_ tally: Tally, of key: Key, at now: Int64) -> Bool {
        if tallies[key] == nil, tallies.count >= countMax {
            makeRoom(at: now)
            guard tallies.count < countMax else { return false }
        }
        tallies[key] = tally
        return true
    }

    mutating func forget(_ key: Key) { tallies[key] = nil }

    mutating func forget(where isMeant: (Key) -> Bool) {
        tallies = tallies.filter { !isMeant($0.key) }
    }

    /// Takes a failure back that was counted before it was one.
    mutating func giveBack(_ key: Key) {
        guard var tally = tallies[key] else { return }
        tally.failures = max(0, tally.failures - 1)
        tally.dueNanoseconds = .min
        tallies[key] = tally.failures == 0 ? nil : tally
    }

    /// At most once a second: it looks at all of them.
    private mutating func makeRoom(at now: Int64) {
        guard sweptNanoseconds == .min || now - sweptNanoseconds >= 1_000_000_000 else { return }
        sweptNanoseconds = now
        tallies = tallies.filter { !Self.isQuiet($0.value, at: now) }
    }

    private static func isQuiet(_ tally: Tally, at now: Int64) -> Bool {
        now - tally.lastNanoseconds >= LockoutLimits.quietSeconds * 1_000_000_000
    }
}
