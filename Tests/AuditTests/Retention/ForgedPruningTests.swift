import Audit
import Support
import Testing

/// Whoever cuts the head of a log off is found, whatever they leave in its place.
@Suite struct ForgedPruningTests {
    private static let mark = SealedLog.folder + "/pruned"

    private func pruned() async throws -> (log: SealedLog, plan: PrunePlan) {
        let made = try await PrunedLog.made()
        let plan = try #require(try await made.prune(made.rule(sparing: 12_000)))
        made.journal.close()
        return (made.left(), plan)
    }

    /// Starts and the verifier refuse it; gives what the verifier says.
    @discardableResult
    private func expectRefused(_ log: SealedLog, _ what: String) -> LogDamage? {
        for seals in [true, false] {
            #expect(throws: AuditError.self, "\(what)") { _ = try log.start(seals: seals) }
        }
        guard case .failure(let damage) = log.log.verify(by: PrunedLog.keys) else {
            Issue.record("\(what) was not found")
            return nil
        }
        return damage
    }

    @Test func aHeadThatWasCutOffWithoutAWordIsMissed() async throws {
        let made = try await PrunedLog.made()
        made.journal.close()
        let log = made.left()
        for path in log.log.segments.prefix(3) { log.log.system.setBytes(nil, of: path) }
        let damage = expectRefused(log, "a cut head")
        #expect(damage?.reason.contains("first records are gone") == true)
        guard case .failure = log.log.verify() else {
            Issue.record("without a key, too")
            return
        }
    }

    @Test func aRecordThatSaysSoIsNotEnough() async throws {
        let made = try await PrunedLog.made()
        let plan = try #require(try made.plan(made.rule(sparing: 12_000)))
        // Who holds the files can write records, with roots that are right.
        _ = try await made.journal.record(
            Record(kind: .intent, action: PruneRecord.action, detail: plan.detail))
        made.journal.close()
        let log = made.left()
        for name in plan.segments {
            log.log.system.setBytes(nil, of: MemoryLog.folder + "/segments/" + name)
        }
        expectRefused(log, "a record without a mark")
    }

    @Test func aMarkOfAnotherKeyIsNotBelieved() async throws {
        let (log, _) = try await pruned()
        let other = try #require(LogKey(newFor: "maxine.local/audit"))
        guard case .failure = log.log.verify(by: [other.verifier]) else {
            Issue.record("any key will do")
            return
        }
        var settings = try log.configuration()
        settings.ownKeys = [other.verifier]
        #expect(throws: AuditError.self) { try Journal.open(settings, system: log.log.system) }
    }

    @Test func moreThanTheMarkSaysMayNotBeGone() async throws {
        let (log, _) = try await pruned()
        let next = log.log.segments[0]
        log.log.system.setBytes(nil, of: next)
        expectRefused(log, "one segment more")
    }

    @Test func anOlderMarkDoesNotExplainMore() async throws {
        let made = try await PrunedLog.made()
        try await made.prune(made.rule(sparing: 8_000))
        let old = made.log.system.bytes(of: Self.mark)
        try made.write(100)
        try await made.settle()
        try await made.prune(made.rule(sparing: 8_000))
        made.journal.close()
        let log = made.left()
        _ = try log.log.verify(by: PrunedLog.keys).get()
        log.log.system.setBytes(old, of: Self.mark)
        expectRefused(log, "the mark of the act before")
    }

    @Test func everyBitOfTheMarkCounts() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let (made, _) = try await pruned()
        let bytes = made.log.system.bytes(of: Self.mark)
        for _ in 0..<Repetitions.of(60) {
            let log = SealedLog(made.log.system.crashed())
            var bent = bytes
            bent[Int.random(in: 0..<bent.count, using: &random)] ^=
                1 << UInt8.random(in: 0..<7, using: &random)
            log.log.system.setBytes(bent, of: Self.mark)
            expectRefused(log, "seed \(seed)")
        }
        let log = SealedLog(made.log.system.crashed())
        log.log.system.setBytes(nil, of: Self.mark)
        expectRefused(log, "no mark")
    }

    @Test func whatIsLeftOfGoneSegmentsCantBeChanged() async throws {
        let (made, plan) = try await pruned()
        let name = plan.segments[1].prefix(20)
        for file in ["\(name).seal", "\(name).changes"] {
            let path = SealedLog.folder + "/" + file
            let bytes = made.log.system.bytes(of: path)
            guard !bytes.isEmpty else { continue }
            var bent = bytes
            bent[bytes.count / 3] ^= 1
            for harm in [nil, bent] {
                let log = SealedLog(made.log.system.crashed())
                log.log.system.setBytes(harm, of: path)
                #expect(throws: AuditError.self, "\(file)") { _ = try log.start() }
            }
        }
    }

    /// The record of the mark must stand in the log: a mark of one log explains nothing in another.
    @Test func theLogItselfHasToSaySo() async throws {
        let made = try await PrunedLog.made()
        let copy = made.log.system.crashed()
        let plan = try #require(try await made.prune(made.rule(sparing: 12_000)))
        made.journal.close()
        // The log as it was before, cut, with the mark of what became of it later.
        let log = SealedLog(copy)
        for name in [Self.mark, "\(Self.mark)-\(plan.end.size).edge"] {
            log.log.system.setBytes(made.log.system.bytes(of: name), of: name)
        }
        for name in plan.segments {
            log.log.system.setBytes(nil, of: MemoryLog.folder + "/segments/" + name)
        }
        let damage = expectRefused(log, "a mark without a record")
        #expect(damage?.reason.contains("does not say") == true)
    }

    @Test func withoutTheStoreWhatWasDoneIsMissed() async throws {
        let (log, plan) = try await pruned()
        #expect(throws: Never.self) { _ = try log.start(stored: plan.end.size) }
        #expect {
            _ = try log.start(stored: 0)
        } throws: { error in
            "\(error)".contains("the stored catalogue ends before record")
        }
    }
}
