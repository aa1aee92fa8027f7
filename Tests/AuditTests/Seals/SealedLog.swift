import Audit
import Support
import Testing

/// A log of many segments with changes of all kinds, in memory, and what a start makes of it.
struct SealedLog {
    static let key = LogKey(newFor: "maxine.local/audit")
    static let folder = MemoryLog.folder + "/seals"

    let log: MemoryLog

    init(_ system: MemoryFileSystem = MemoryFileSystem()) { log = MemoryLog(system) }

    func configuration(
        stored: UInt64 = .max, seals: Bool = true, key: LogKey? = key,
        keys: (@Sendable () -> SealKeys)? = nil
    ) throws -> JournalConfiguration {
        var configuration = log.configuration(segmentBytes: 4096)
        let key = try #require(key)
        configuration.ownKeys = [key.verifier]
        if seals {
            configuration.seals = SealSettings(
                storedSequence: stored,
                keys: keys ?? { SealKeys(signing: [key], believed: [key.verifier]) })
        }
        return configuration
    }

    /// Writes reads, changes with and without an outcome, some of them long after, and the log's own records.
    func write(_ count: Int, _ random: inout SeededGenerator, seals: Bool = false) throws {
        let journal = try Journal.open(try configuration(seals: seals), system: log.system)
        let lane = journal.makeLane()
        var open: [(action: String, sequence: UInt64)] = []
        for number in 0..<count {
            let action = Self.actions[Int.random(in: 0..<Self.actions.count, using: &random)]
            if Int.random(in: 0..<4, using: &random) == 0,
                let last = open.randomElement(using: &random)
            {
                open.removeAll { $0.sequence == last.sequence }
                var outcome = Record.sample(number, kind: .outcome)
                (outcome.action, outcome.intent) = (last.action, last.sequence)
                outcome.status = [200, 404, 500][Int.random(in: 0..<3, using: &random)]
                lane.appendUnawaited(outcome)
            }
            var record = Record.sample(number, kind: action.kind)
            record.action = action.name
            record.detail = Array(#"{"n":\#(number)}"#.utf8)
            try lane.append(record)
            var done = lane.commit(nowNanoseconds: 1_795_000_000_000_000_000 + Int64(number))
            guard let receipt = done.next() else { throw AuditError.closed }
            if action.kind == .intent { open.append((action.name, receipt.sequence)) }
        }
        journal.close()
    }

    private static let actions: [(name: String, kind: RecordKind)] = [
        ("service.discover", .decision), ("service.register", .intent),
        ("service.deregister", .intent), ("service.heartbeat", .intent),
        ("service.expire", .system), ("session.revoke", .intent), ("ca.revoke", .intent),
        ("log.key", .system), ("log.heartbeat", .system),
    ]

    /// Starts on a copy, as after a crash, and says what it saw.
    func start(stored: UInt64 = .max, seals: Bool = true) throws -> SeenStart {
        try SealedLog(log.system.crashed()).startHere(stored: stored, seals: seals)
    }

    /// Starts on the log itself.
    func startHere(stored: UInt64 = .max, seals: Bool = true, key: LogKey? = key) throws
        -> SeenStart
    {
        var seen = SeenStart(stored: stored)
        let settings = try configuration(stored: stored, seals: seals, key: key)
        let journal = try Journal.open(settings, system: log.system) { seen.take($0) }
        (seen.open, seen.unread) = (journal.openIntents, journal.unreadRecords)
        seen.size = journal.treeSize
        seen.root = journal.root
        journal.close()
        return seen
    }

    /// The files of seals, by name.
    var files: [String] { log.system.paths(in: Self.folder) }

    /// How many a key signed.
    func seals(by key: LogKey) -> Int {
        seals.count { (try? Checkpoint(log.system.bytes(of: $0), by: [key.verifier])) != nil }
    }

    var seals: [String] { files.filter { $0.hasSuffix(".seal") } }
}

/// What a start saw of a log: what the parts make of its records.
struct SeenStart: Equatable {
    let stored: UInt64
    /// Everything but changes of the catalogue.
    var changes: [[UInt8]] = []
    /// Changes of the catalogue that the store does not have, and their outcomes.
    var redone: [[UInt8]] = []
    var open: [OpenIntent] = []
    var size: UInt64 = 0
    var root = LogAnchor.empty.root
    var unread: UInt64 = 0

    init(stored: UInt64) { self.stored = stored }

    static func == (left: SeenStart, right: SeenStart) -> Bool {
        left.changes == right.changes && left.redone == right.redone && left.open == right.open
            && left.size == right.size && left.root == right.root
    }

    mutating func take(_ record: ReplayedRecord) {
        if ["log.segment", "log.heartbeat"].contains(record.action) { return }
        guard record.action.hasPrefix("service.") else { return changes.append(record.line) }
        guard record.action != "service.heartbeat" else { return }
        if record.intent ?? record.sequence > stored { redone.append(record.line) }
    }
}
