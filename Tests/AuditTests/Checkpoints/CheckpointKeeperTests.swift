import Audit
import NIOConcurrencyHelpers
import Support
import Testing

/// A log whose ends are signed, in memory.
struct SignedLog {
    let log: MemoryLog
    let journal: Journal
    let keeper: CheckpointKeeper
    let clock: TestClock
    let noted: NIOLockedValueBox<[Checkpoint]>
    static let key = LogKey(newFor: "maxine.local/audit")

    init(
        _ log: MemoryLog = MemoryLog(), last: Checkpoint? = nil, hasEntries: Bool = false,
        clock: TestClock = TestClock(), segmentBytes: Int64 = 1 << 20, key: LogKey? = key
    ) throws {
        self.log = log
        self.clock = clock
        var configuration = log.configuration(segmentBytes: segmentBytes)
        configuration.known.checkpoint = last?.end
        journal = try Journal.open(configuration, system: log.system)
        let noted = NIOLockedValueBox<[Checkpoint]>([])
        self.noted = noted
        keeper = try CheckpointKeeper(
            journal: journal, keys: [try #require(key)], last: last, hasEntries: hasEntries,
            elapsed: clock.elapsed
        ) { checkpoint in noted.withLockedValue { $0.append(checkpoint) } }
    }

    /// Writes records in batches and gives their receipts.
    @discardableResult
    func write(_ count: Int, batch: Int = 50) throws -> [(sequence: UInt64, leaf: LeafHash)] {
        let lane = journal.makeLane()
        return try stride(from: 0, to: count, by: batch).flatMap {
            try commit($0..<min($0 + batch, count), in: lane)
        }
    }

    func tile(_ path: String) -> [UInt8] {
        log.system.bytes(of: MemoryLog.folder + "/tlog/" + path)
    }
}

/// The ends of a log are signed behind its back, never before they are on disk, and prove what it holds.
@Suite struct CheckpointKeeperTests {
    @Test func anEndIsSignedOnceItIsOnDiskAndOnceASecond() async throws {
        let signed = try SignedLog()
        try signed.write(10)
        try await signed.keeper.round()
        let first = try #require(try await signed.keeper.checkpoint())
        #expect(first.end == signed.journal.anchor)
        try signed.write(10)
        try await signed.keeper.round()
        #expect(try await signed.keeper.checkpoint() == first, "it is not a second later yet")
        signed.clock.advance(by: .seconds(1))
        try await signed.keeper.round()
        let second = try #require(try await signed.keeper.checkpoint())
        #expect(second.end == signed.journal.anchor)
        #expect(second.signers.map(\.key) == signed.keeper.verifiers)
        signed.clock.advance(by: .seconds(1))
        try await signed.keeper.round()
        #expect(try await signed.keeper.checkpoint() == second, "it has not grown")
        signed.journal.close()
    }

    @Test func whoAsksForMoreThanIsSignedGetsItSoon() async throws {
        let signed = try SignedLog()
        let receipts = try signed.write(3)
        #expect(try await signed.keeper.proof(of: receipts[0].sequence) != nil)
        let next = try signed.write(1)
        #expect(try await signed.keeper.proof(of: next[0].sequence) == nil, "a tenth of a second")
        signed.clock.advance(by: .milliseconds(100))
        let proof = try #require(try await signed.keeper.proof(of: next[0].sequence))
        _ = try proof.verify(leaf: next[0].leaf, by: signed.keeper.verifiers)
        #expect(try await signed.keeper.proof(of: 0) == nil)
        #expect(try await signed.keeper.proof(of: 1000) == nil)
        signed.journal.close()
    }

    /// What is told is noted first; what nobody was told is noted now and then.
    @Test func whatIsToldIsKnownAfterARestart() async throws {
        let signed = try SignedLog()
        try signed.write(3)
        try await signed.keeper.round()
        #expect(signed.noted.withLockedValue { $0.isEmpty })
        let told = try await signed.keeper.checkpoint()
        #expect(signed.noted.withLockedValue { $0.last } == told)
        try signed.write(3)
        signed.clock.advance(by: .seconds(9))
        try await signed.keeper.round()
        #expect(signed.noted.withLockedValue { $0.last } == told)
        signed.clock.advance(by: .seconds(2))
        try await signed.keeper.round()
        #expect(signed.noted.withLockedValue { $0.last?.end } == signed.journal.anchor)
        signed.journal.close()
        try await signed.keeper.finish()
        #expect(signed.noted.withLockedValue { $0.last?.end } == signed.journal.anchor)
    }

    /// It once looked for them for ever, and no gateway whose folder was taken away ended.
    @Test(.timeLimit(.minutes(10)), arguments: [false, true])
    func recordsThatAreGoneAreNotLookedForWithoutEnd(hasClosed: Bool) async throws {
        let signed = try SignedLog(hasEntries: true)
        try signed.write(3)
        for path in signed.log.segments { signed.log.system.setBytes(nil, of: path) }
        if hasClosed { signed.journal.close() }
        await #expect(throws: AuditError.self) { try await signed.keeper.finish() }
        signed.journal.close()
    }

    @Test func nothingIsSignedWhileTheLogIsNotWhole() async throws {
        let signed = try SignedLog()
        try signed.write(3)
        let told = try await signed.keeper.checkpoint()
        let path = signed.log.segments[0]
        try signed.write(3)
        signed.log.system.setBytes(nil, of: path)
        signed.journal.inspect()
        signed.clock.advance(by: .seconds(1))
        await #expect(throws: AuditError.self) { try await signed.keeper.round() }
        #expect(try await signed.keeper.checkpoint() == told)
        signed.journal.close()
    }

    @Test(arguments: [false, true])
    func everyRecordOfALogOfManyTilesIsProved(hasEntries: Bool) async throws {
        let signed = try SignedLog(hasEntries: hasEntries, segmentBytes: 64 << 10)
        let receipts = try signed.write(700, batch: 7)
        let verifiers = signed.keeper.verifiers
        for receipt in receipts {
            let proof = try #require(try await signed.keeper.proof(of: receipt.sequence))
            #expect(LogProof(proof.bytes) == proof)
            _ = try proof.verify(leaf: receipt.leaf, by: verifiers)
            let other = MerkleTree.leafHash(of: [1])
            #expect(throws: CheckpointFault.unproven) {
                try proof.verify(leaf: other, by: verifiers)
            }
        }
        signed.journal.close()
    }

    @Test func everyEarlierEndIsProvedAgainstTheNewest() async throws {
        let signed = try SignedLog()
        let verifiers = signed.keeper.verifiers
        var ends: [Checkpoint] = []
        for count in [1, 5, 250, 3, 260, 100] {
            try signed.write(count)
            signed.clock.advance(by: .seconds(1))
            try await signed.keeper.round()
            ends.append(try #require(try await signed.keeper.checkpoint()))
        }
        let newest = try #require(ends.last)
        for end in ends {
            let proof = try #require(try await signed.keeper.consistency(from: end.end.size))
            #expect(LogExtension(proof.bytes) == proof)
            #expect(try proof.verify(from: end.end, by: verifiers) == newest)
            var forked = end.end
            forked.root = MerkleTree.leafHash(of: [7])
            #expect(throws: CheckpointFault.unproven) {
                try proof.verify(from: forked, by: verifiers)
            }
        }
        let beyond = newest.end.size + 10
        #expect(try await signed.keeper.consistency(from: beyond) == nil)
        signed.journal.close()
    }

    /// The tiles go on where they were, and are made anew where they are not what they should be.
    @Test(arguments: ["", "checkpoint", "tile/0/000", "tile/1/000.p/1", "tile/entries/000"])
    func tilesAreGoneOnWithOrMadeAnew(spoiled: String) async throws {
        let first = try SignedLog(hasEntries: true)
        let old = try first.write(300)
        let last = try #require(try await first.keeper.checkpoint())
        first.journal.close()
        let left = MemoryLog(first.log.system.crashed())
        if !spoiled.isEmpty {
            left.system.setBytes([1, 2, 3], of: MemoryLog.folder + "/tlog/" + spoiled)
        }
        let second = try SignedLog(left, last: last, hasEntries: true)
        let new = try second.write(300)
        for receipt in [old[3], old[299], new[0], new[299]] {
            var proof = try? await second.keeper.proof(of: receipt.sequence)
            if proof == nil {
                second.clock.advance(by: .seconds(1))
                proof = try await second.keeper.proof(of: receipt.sequence)
            }
            _ = try #require(proof).verify(leaf: receipt.leaf, by: second.keeper.verifiers)
        }
        #expect(second.tile("tile/0/000").count == 8192)
        second.journal.close()
    }

    /// What is published is what the log's own lines hash to.
    @Test func bundlesHoldTheRecords() async throws {
        let signed = try SignedLog(hasEntries: true, segmentBytes: 64 << 10)
        try signed.write(600, batch: 13)
        try await signed.keeper.round()
        let size = Int(signed.journal.treeSize)
        var rest = signed.tile("tile/entries/000") + signed.tile("tile/entries/001")
        rest += signed.tile("tile/entries/002.p/\(size - 512)")
        var records: [String] = []
        while rest.count > 2 {
            let count = Int(rest[0]) << 8 | Int(rest[1])
            records.append(String(decoding: rest[2..<2 + count], as: UTF8.self))
            rest.removeFirst(2 + count)
        }
        #expect(records == signed.log.lines().filter { $0.hasPrefix(#"{"seq":"#) })
        #expect(signed.tile("tile/entries/001.p/1").isEmpty)
        signed.journal.close()
    }

    /// A writer that is far ahead lets the hashes go that nobody took; the log is read instead.
    @Test func whoComesLateReadsTheLog() async throws {
        let signed = try SignedLog()
        let early = try signed.write(20)
        // Takes the hashes out, as a keeper would that failed then.
        let other = try CheckpointKeeper(
            journal: signed.journal, keys: [try #require(SignedLog.key)], last: nil,
            hasEntries: false, elapsed: signed.clock.elapsed, note: { _ in })
        try await other.round()
        let late = try signed.write(20)
        for receipt in [early[0], early[19], late[0], late[19]] {
            signed.clock.advance(by: .seconds(1))
            let proof = try #require(try await signed.keeper.proof(of: receipt.sequence))
            _ = try proof.verify(leaf: receipt.leaf, by: signed.keeper.verifiers)
        }
        signed.journal.close()
    }

    @Test func aLogThatEndsBeforeWhatWasSignedIsNotOpened() async throws {
        let signed = try SignedLog()
        try signed.write(3)
        signed.clock.advance(by: .seconds(1))
        let earlier = MemoryLog(signed.log.system.crashed())
        try signed.write(3)
        let told = try #require(try await signed.keeper.checkpoint())
        signed.journal.close()
        #expect(throws: AuditError.self) { try SignedLog(earlier, last: told) }
        let again = try SignedLog(MemoryLog(signed.log.system.crashed()), last: told)
        again.journal.close()
    }
}
