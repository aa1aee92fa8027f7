import Audit
import Support
import Testing

/// The oldest segments go once a record says so, and what is left is a whole log, that goes on and proves as before.
@Suite struct PruningTests {
    @Test func theRestOfTheLogIsWholeAndGoesOn() async throws {
        for isPacked in [false, true] {
            let made = try await PrunedLog.made()
            if isPacked { try made.sealed.pack(made.journal) }
            let before = try made.sealed.start()
            let first = made.log.segments[0]
            let plan = try #require(try await made.prune(made.rule(sparing: 12_000)))
            #expect(plan.records.lowerBound == 1)
            #expect(plan.why == .size)
            #expect(!made.log.segments.contains(first))
            #expect(plan.segments.count > 2)
            #expect(made.journal.state == .open)
            made.journal.inspect()
            #expect(made.journal.state == .open)
            try made.write(20)
            made.journal.close()

            let left = made.left()
            for seals in [true, false] {
                let seen = try left.start(seals: seals)
                #expect(seen.changes.starts(with: before.changes), "packed \(isPacked)")
                #expect(seen.open == before.open)
                #expect(seen.unread > 0)
            }
            let report = try left.log.verify(by: PrunedLog.keys).get()
            #expect(report.pruned?.last == plan.end.size)
            #expect(report.pruned?.why == "size")
            #expect(report.isPruningSigned)
            #expect(report.records == made.journal.treeSize)
            #expect(report.root == made.journal.root)
            let untold = try left.log.verify().get()
            #expect(untold.pruned == report.pruned && !untold.isPruningSigned)
        }
    }

    @Test func oneActAfterAnotherKeepsWhatEveryStartHasToSee() async throws {
        let made = try await PrunedLog.made()
        let before = try made.sealed.start()
        var gone: UInt64 = 0
        for _ in 0..<3 {
            let plan = try #require(try await made.prune(made.rule(sparing: 8_000)))
            #expect(plan.records.lowerBound == gone + 1)
            gone = plan.end.size
            try made.write(100)
            try await made.settle()
        }
        made.journal.close()
        let left = made.left()
        let seen = try left.startHere()
        #expect(seen.changes.starts(with: before.changes))
        #expect(seen.open == before.open)
        #expect(try left.log.verify(by: PrunedLog.keys).get().pruned?.last == gone)
        var tail = LogTail(directory: MemoryLog.folder, from: 1, system: left.log.system)
        #expect(try tail.next().first?.sequence == gone + 1)
    }

    @Test func whatIsGoneIsStillProvedAndSoIsEveryOlderEnd() async throws {
        let made = try await PrunedLog.made()
        let old = try #require(try await made.keeper.checkpoint())
        var leaves: [UInt64: LeafHash] = [:]
        var tail = LogTail(directory: MemoryLog.folder, from: 1, system: made.log.system)
        while true {
            let records = try tail.next()
            if records.isEmpty { break }
            for record in records {
                leaves[record.sequence] = MerkleTree.leafHash(of: record.line)
            }
        }
        let plan = try #require(try await made.prune(made.rule(sparing: 20_000)))
        try made.write(50)
        try await made.keeper.finish()
        for sequence in [1, 17, plan.end.size, plan.end.size + 1] {
            let proof = try #require(try await made.keeper.proof(of: sequence))
            let leaf = try #require(leaves[sequence])
            #expect(throws: Never.self) { try proof.verify(leaf: leaf, by: PrunedLog.keys) }
        }
        let more = try #require(try await made.keeper.consistency(from: 9))
        #expect(more.oldSize == 9)
        made.journal.close()
        let newest = try #require(try await made.keeper.checkpoint())
        let system = made.log.system.crashed()
        let (proof, leaf) = try OfflineProof.prove(
            5, in: MemoryLog.folder, by: newest, system: system)
        #expect(leaf == leaves[5])
        #expect(throws: Never.self) { try proof.verify(leaf: leaf, by: PrunedLog.keys) }

        let left = SealedLog(system)
        let inside = try end(of: old, at: 9, in: made)
        for known in [old.end, inside, plan.end] {
            let report = try left.log.verify(against: [known], by: PrunedLog.keys).get()
            #expect(report.provedNanoseconds.count == 1)
            var settings = try left.configuration()
            settings.known.checkpoint = known
            try Journal.open(settings, system: left.log.system.crashed()).close()
        }
        let forged = LogAnchor(size: 9, root: old.end.root)
        guard case .failure(let damage) = left.log.verify(against: [forged], by: PrunedLog.keys)
        else {
            Issue.record("an end that was never one is proved")
            return
        }
        #expect(damage.reason.contains("not those that were signed"))
    }

    /// An end of the log at some record.
    private func end(
        of checkpoint: Checkpoint, at size: UInt64, in made: PrunedLog
    ) throws -> LogAnchor {
        var tree = MerkleTree()
        let tiles = made.log.system.bytes(of: MemoryLog.folder + "/tlog/tile/0/000")
        for index in 0..<Int(size) {
            let hash = try #require(TreeHash(bytes: tiles[index * 32..<index * 32 + 32]))
            tree.append(hash)
        }
        return LogAnchor(size: size, root: tree.root)
    }

    @Test func nothingGoesThatHasToStay() async throws {
        let made = try await PrunedLog.made()
        let all = RetentionRule(ageNanoseconds: 1)
        let now: Int64 = 1_795_000_000_000_000_000 + 10_000
        let whole = try #require(try made.plan(all, now: now))
        #expect(whole.why == .age)
        #expect(whole.segments.count > 20)
        #expect(try made.plan(RetentionRule(), now: now) == nil)
        #expect(try made.plan(RetentionRule(ageNanoseconds: 20_000), now: now) == nil)
        #expect(try made.plan(RetentionRule(bytesMax: made.journal.space.bytes), now: now) == nil)
        // What no signed end covers, what a hold covers, what the catalogue's store does not have.
        let floored = try #require(try made.plan(all, now: now, floor: 300))
        #expect(floored.end.size <= 256)
        #expect(try made.plan(all, now: now, floor: 255) == nil)
        let held = try #require(try made.plan(all, now: now) { $0.contains(100) })
        #expect(held.end.size < 100)
        #expect(try made.plan(all, now: now) { $0.contains(1) } == nil)
        let stored = try made.plan(all, now: now, stored: 20)
        #expect(stored?.end.size ?? 0 < 40)
        // What has no seal.
        made.log.system.setBytes(nil, of: SealedLog.folder + "/00000000000000000001.seal")
        #expect(try made.plan(all, now: now) == nil)
        made.journal.close()
    }

    @Test func nothingGoesWhoseTilesAreNotWhole() async throws {
        let made = try await PrunedLog.made()
        let plan = try #require(try made.plan(made.rule(sparing: 30_000)))
        let pruner = try #require(made.journal.pruner)
        #expect(pruner.lack(of: plan) == nil)
        let path = MemoryLog.folder + "/tlog/tile/0/000"
        let good = made.log.system.bytes(of: path)
        var bent = good
        bent[40] ^= 1
        for bytes in [nil, bent, Array(good.dropLast(32))] {
            made.log.system.setBytes(bytes, of: path)
            #expect(pruner.lack(of: plan)?.contains("not whole") == true)
        }
        let receipt = try await made.journal.record(
            Record(kind: .intent, action: PruneRecord.action, detail: plan.detail, decisionID: 7))
        let before = made.log.segments
        let order = try pruner.order(plan, receipt: receipt, boundTo: 7)
        #expect(throws: AuditError.self) { try pruner.carryOut(order) }
        #expect(made.log.segments == before)
        made.journal.close()
    }

    @Test func whatEntriesHoldOfItGoesToo() async throws {
        let made = try await PrunedLog.made(hasEntries: true)
        let bundle = MemoryLog.folder + "/tlog/tile/entries/000"
        #expect(!made.log.system.bytes(of: bundle).isEmpty)
        try await made.prune(beyond: 256)
        #expect(made.log.system.bytes(of: bundle).isEmpty)
        made.journal.close()
    }

    /// Without them nothing would ever be signed again.
    @Test func lostTilesAreMadeAnewFromWhatIsLeft() async throws {
        let made = try await PrunedLog.made()
        let gone = try await made.prune(beyond: 256)
        made.journal.close()
        let left = made.left()
        for path in left.log.system.paths(in: MemoryLog.folder + "/tlog") {
            left.log.system.setBytes(nil, of: path)
        }
        let next = try PrunedLog(left)
        try next.write(20)
        try await next.keeper.finish()
        let end = try #require(try await next.keeper.checkpoint())
        #expect(end.end == next.journal.anchor)
        #expect(try await next.keeper.proof(of: gone + 20) != nil)
        for _ in 0..<2 {
            await #expect(throws: AuditError.self) { try await next.keeper.proof(of: 3) }
            // Once they are made anew, and what is gone is refused without that.
            try await next.keeper.finish()
            #expect(try await next.keeper.checkpoint() != nil)
        }
        next.journal.close()
    }
}
