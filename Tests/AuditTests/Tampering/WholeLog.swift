import Audit
import Support
import Testing

/// A log of many segments with all that lies beside it, as a process left it in order: seals, tiles, and ends that were signed, by a key
/// that has retired and by the one after it.
struct WholeLog {
    let log: SealedLog
    /// Ends that were told, the oldest first.
    let told: [Checkpoint]
    static let old = LogKey(newFor: "maxine.local/audit")
    static let new = LogKey(newFor: "maxine.local/audit")
    static let stranger = LogKey(newFor: "maxine.local/audit")

    static func verifiers() throws -> [VerifierKey] {
        [try #require(new).verifier, try #require(old).verifier]
    }

    /// Another history of the same name and keys for each generator.
    init(isPacked: Bool, _ random: inout SeededGenerator) async throws {
        let (old, new) = (try #require(Self.old), try #require(Self.new))
        var log = SealedLog()
        var told: [Checkpoint] = []
        for keys in [[old], [old, new], [new]] {
            let end = try await Self.session(
                log, by: keys, last: told.last, isPacked: isPacked, &random)
            told.append(end)
            log = SealedLog(log.log.system.crashed())
        }
        self.log = log
        self.told = told
    }

    /// Opens, writes batches of records of all kinds, seals, packs or not, signs, and closes.
    private static func session(
        _ log: SealedLog, by keys: [LogKey], last: Checkpoint?, isPacked: Bool,
        _ random: inout SeededGenerator
    ) async throws -> Checkpoint {
        let journal = try open(log, by: keys, known: last)
        let clock = TestClock()
        let keeper = try CheckpointKeeper(
            journal: journal, keys: keys, last: last, hasEntries: true, elapsed: clock.elapsed,
            note: { _ in })
        let lane = journal.makeLane()
        for batch in 0..<9 {
            for number in 0..<Int.random(in: 1...4, using: &random) {
                let kinds: [RecordKind] = [.decision, .intent, .system]
                let kind = kinds[Int.random(in: 0..<3, using: &random)]
                var record = Record.sample(batch * 10 + number, kind: kind)
                if kind == .system { record.action = "session.note" }
                record.detail = Array(#"{"n":\#(Int.random(in: 0...99_999, using: &random))}"#.utf8)
                try lane.append(record)
            }
            let done = lane.commit(nowNanoseconds: 1_795_000_000_000_000_000 + Int64(batch))
            if let failure = done.failure { throw failure }
        }
        let audit = try #require(journal.selfAudit)
        for _ in 0..<100 where audit.isBehind || audit.position == 0 {
            _ = audit.step { _ in true }
        }
        if isPacked {
            try log.pack(journal)
            #expect(!log.packedFiles.isEmpty && log.plainFiles.count == 1)
        }
        clock.advance(by: .seconds(1))
        let end = try #require(try await keeper.checkpoint(covering: journal.treeSize))
        journal.close()
        return end
    }

    /// Opens a log as a gateway of these keys does.
    @discardableResult
    static func open(
        _ log: SealedLog, by keys: [LogKey]? = nil, known: Checkpoint? = nil, seals: Bool = true,
        replay: (ReplayedRecord) throws -> Void = { _ in }
    ) throws -> Journal {
        var configuration = log.log.configuration(segmentBytes: 4096)
        let signing = try keys ?? [#require(new)]
        if seals {
            let keys = SealKeys(signing: signing, believed: try verifiers())
            configuration.seals = SealSettings(storedSequence: .max) { keys }
        }
        configuration.known.checkpoint = known?.end
        return try Journal.open(configuration, system: log.log.system, replay: replay)
    }

    /// Logs of several histories by the same keys, packed and not, and the random numbers that go on behind them.
    static func several(for test: String) async throws -> ([WholeLog], SeededGenerator) {
        var random = SeededGenerator(for: test)
        var logs: [WholeLog] = []
        for number in 0..<5 {
            logs.append(try await WholeLog(isPacked: number > 1, &random))
        }
        return (logs, random)
    }

    /// A copy to be tampered with.
    func copy() -> SealedLog { SealedLog(log.log.system.crashed()) }

    /// What a start on a copy of a log makes of it.
    static func seen(_ log: SealedLog, known: Checkpoint?, seals: Bool = true) throws -> SeenStart {
        let copy = SealedLog(log.log.system.crashed())
        var seen = SeenStart(stored: .max)
        let journal = try open(copy, known: known, seals: seals) { seen.take($0) }
        (seen.open, seen.unread) = (journal.openIntents, journal.unreadRecords)
        (seen.size, seen.root) = (journal.treeSize, journal.root)
        journal.close()
        return seen
    }
}
