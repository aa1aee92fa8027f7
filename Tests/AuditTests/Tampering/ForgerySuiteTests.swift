import Audit
import Support
import Testing

/// What lies beside a log's segments is forged by somebody who has the disk: it makes a start or an answer slower, and never wrong.
///
/// With `TamperSuiteTests` a thousand attacks: a tenth of them in `make test`, all of them by `make tamper`.
@Suite struct ForgerySuiteTests {
    /// Seals and what lies with them are forged, exchanged, or of another log: a start makes the same of the log.
    @Test func noForgedSealMakesADifference() async throws {
        var (logs, random) = try await WholeLog.several(for: "ForgerySuiteTests")
        for run in 0..<Repetitions.attacks(120) {
            let good = logs[run % logs.count]
            let kind = SealForgery.allCases[run % SealForgery.allCases.count]
            let log = good.copy()
            try kind.forge(log, other: logs[(run + 1) % logs.count].log, &random)
            let known = try #require(good.told.last)
            let whole = try WholeLog.seen(good.copy(), known: known, seals: false)
            #expect(try WholeLog.seen(log, known: known) == whole, "run \(run) \(kind)")
            _ = try log.log.verify().get()
            // The start mends them: what is there then is believed, and right.
            try WholeLog.open(log, known: known).close()
            let mended = try WholeLog.seen(log, known: nil)
            #expect(
                try mended == WholeLog.seen(log, known: nil, seals: false), "run \(run) \(kind)")
            #expect(mended.unread >= whole.size / 2, "run \(run) \(kind)")
        }
    }

    /// Tiles are forged: whoever asks for a proof gets a true one, or none.
    @Test func noForgedTileLeadsToAWrongProof() async throws {
        var (logs, random) = try await WholeLog.several(for: "ForgerySuiteTests")
        for run in 0..<Repetitions.attacks(80) {
            let good = logs[run % logs.count]
            let kind = TileForgery.allCases[run % TileForgery.allCases.count]
            let log = good.copy()
            try kind.forge(log, other: logs[(run + 1) % logs.count].log, &random)
            try await expectProofs(log, good, "run \(run) \(kind)", &random)
        }
    }

    private func expectProofs(
        _ log: SealedLog, _ good: WholeLog, _ run: String, _ random: inout SeededGenerator
    ) async throws {
        let known = try #require(good.told.last)
        let journal = try WholeLog.open(log, known: known)
        defer { journal.close() }
        let clock = TestClock()
        let keeper = try CheckpointKeeper(
            journal: journal, keys: [try #require(WholeLog.new)], last: known,
            hasEntries: Bool.random(using: &random), elapsed: clock.elapsed, note: { _ in })
        let records = log.log.lines().filter { $0.hasPrefix(#"{"seq":"#) }
        let keys = try WholeLog.verifiers()
        let isGrowing = Bool.random(using: &random)
        if isGrowing {
            _ = try commit(0..<2, in: journal.makeLane())
            // The first may find that the tiles are to be made anew.
            for _ in 0..<3 {
                clock.advance(by: .seconds(1))
                try? await keeper.round()
            }
            try expectPublished(log, keys, run)
        }
        for told in good.told.dropLast() + [known] {
            let place = Int.random(in: 0..<Int(told.end.size), using: &random)
            let leaf = MerkleTree.leafHash(of: Array(records[place].utf8))
            let proof = try await tried(clock) {
                try await keeper.proof(of: UInt64(place) + 1)
            }
            #expect(try proof?.verify(leaf: leaf, by: keys) != nil, "\(run)")
            let longer = try await tried(clock) {
                try await keeper.consistency(from: told.end.size)
            }
            #expect(throws: Never.self, "\(run): from \(told.end.size)") {
                try longer?.verify(from: told.end, by: keys)
            }
            #expect(longer != nil, "\(run)")
        }
    }

    /// Whatever was forged: the tiles lead to the end that is signed and published with them.
    private func expectPublished(
        _ log: SealedLog, _ keys: [VerifierKey], _ run: String
    ) throws {
        let folder = MemoryLog.folder + "/tlog/"
        let end = try Checkpoint(log.log.system.bytes(of: folder + "checkpoint"), by: keys).end
        #expect(end.size < 256, "\(run): the first tile is full")
        let tile = log.log.system.bytes(of: folder + "tile/0/000.p/\(end.size)")
        let leaves = stride(from: 0, to: tile.count, by: 32).compactMap {
            TreeHash(bytes: tile[$0..<min($0 + 32, tile.count)])
        }
        let tree = leaves.reduce(into: MerkleTree()) { $0.append($1) }
        #expect(LogAnchor(size: tree.size, root: tree.root) == end, "\(run)")
    }

    /// The first answers may be that the tiles are made anew.
    private func tried<Proof>(
        _ clock: TestClock, _ ask: () async throws -> Proof?
    ) async throws -> Proof? {
        for _ in 0..<5 {
            if let proof = try? await ask() { return proof }
            clock.advance(by: .seconds(1))
        }
        return try await ask()
    }
}
