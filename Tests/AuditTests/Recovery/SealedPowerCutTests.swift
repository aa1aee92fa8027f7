import Audit
import Support
import Testing

/// The power fails before any single call of a log that is written, sealed, packed and signed, while its key changes.
@Suite struct SealedPowerCutTests {
    /// What was promised until some moment.
    private struct Promises {
        var acknowledged: [(sequence: UInt64, leaf: LeafHash)] = []
        /// Ends that somebody was told.
        var told: [Checkpoint] = []

        var note: Int { acknowledged.count << 16 | told.count }

        func until(_ note: Int) -> Promises {
            Promises(
                acknowledged: Array(acknowledged.prefix(note >> 16)),
                told: Array(told.prefix(note & 0xFFFF)))
        }
    }

    @Test func everyImageHoldsWhatWasAcknowledgedSealedAndSigned() async throws {
        var random = SeededGenerator(for: "SealedPowerCutTests")
        let log = SealedLog()
        let promises = try await work(on: log)
        var images = 0
        for (call, moment) in Repetitions.some(
            of: Array(log.log.system.keptMoments().enumerated()))
        {
            for _ in 0..<2 {
                images += 1
                let cut = moment.system.afterPowerCut { _ in Bool.random(using: &random) }
                try expectWhole(SealedLog(cut), promises.until(moment.note), "call \(call)")
            }
        }
        print("SealedPowerCutTests: \(images) images")
        #expect(images >= Repetitions.of(100))
    }

    /// Writes, seals and signs in turn, by one key, by two, and by the second; keeps the moment before each call.
    private func work(on log: SealedLog) async throws -> Promises {
        let (old, new) = (try #require(WholeLog.old), try #require(WholeLog.new))
        var promises = Promises()
        log.log.system.keepMoments()
        let journal = try WholeLog.open(log, by: [old, new])
        let clock = TestClock()
        let keeper = try CheckpointKeeper(
            journal: journal, keys: [old], last: nil, hasEntries: true, elapsed: clock.elapsed,
            note: { _ in })
        let lane = journal.makeLane()
        let audit = try #require(journal.selfAudit)
        for number in 0..<30 {
            promises.acknowledged += try commit(number * 2..<number * 2 + 2, in: lane)
            log.log.system.note(promises.note)
            if number == 10 { await keeper.adopt(keys: [old, new], forgetting: false) }
            if number == 20 { await keeper.adopt(keys: [new], forgetting: true) }
            if number % 3 == 0 {
                clock.advance(by: .seconds(1))
                let end = try await keeper.checkpoint(covering: journal.treeSize)
                promises.told.append(try #require(end))
                log.log.system.note(promises.note)
            }
            if number % 4 == 0 { _ = audit.step { _ in true } }
            if number % 5 == 0 { _ = journal.packer?.step { _ in true } }
        }
        journal.close()
        #expect(log.seals.count >= 3 && !log.packedFiles.isEmpty)
        return promises
    }

    private func expectWhole(_ log: SealedLog, _ promises: Promises, _ place: String) throws {
        let known = promises.told.last
        do {
            let whole = try WholeLog.seen(log, known: known, seals: false)
            #expect(try WholeLog.seen(log, known: known) == whole, "\(place)")
            try WholeLog.open(log, known: known).close()
        } catch {
            Issue.record("\(error), \(place)")
            return
        }
        #expect(log.log.holds(promises.acknowledged), "\(place)")
        for told in promises.told {
            let verified = LogVerifier.verify(
                directory: MemoryLog.folder, against: [told.end], system: log.log.system,
                liveRetries: 1)
            #expect(throws: Never.self, "\(place)") { try verified.get() }
        }
    }
}
