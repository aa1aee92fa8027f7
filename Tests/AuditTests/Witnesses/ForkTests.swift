import Audit
import Support
import Testing

/// Two logs of one name and key: whoever holds an end of the one is never satisfied by the other.
@Suite struct ForkTests {
    /// A log whose records differ from those of others of another number.
    private func log(_ records: Range<Int>, in log: MemoryLog) throws -> SignedLog {
        let signed = try SignedLog(log)
        let lane = signed.journal.makeLane()
        for number in records { _ = try commit(number..<number + 1, in: lane) }
        return signed
    }

    @Test func everyForkIsCaughtByWitnessesAndByWhoKeptAnEnd() async throws {
        var generator = SeededGenerator(seed: 20)
        for round in 0..<Repetitions.of(1000) {
            let common = Int.random(in: 0...30, using: &generator)
            let seen = try log(0..<common, in: MemoryLog())
            let copy = MemoryLog(seen.log.system.crashed())
            let lane = seen.journal.makeLane()
            let more = Int.random(in: 1...30, using: &generator)
            for number in 0..<more { _ = try commit(number..<number + 1, in: lane) }
            let honest = try WitnessedLog(seen)
            try await honest.grow(1)
            let told = try #require(await honest.keeper.checkpoint())
            seen.journal.close()
            // The same beginning, then other records: fewer, as many or more.
            let less = Int.random(in: 1...60, using: &generator)
            let forked = try log(1000..<1000 + less, in: copy)
            let other = try WitnessedLog(forked, witnesses: honest.witnesses)
            try await other.grow(1)
            #expect(await other.keeper.checkpoint() == nil, "round \(round)")
            let faults = await other.faults()
            #expect(faults.allSatisfy { $0?.isFork == true }, "round \(round): \(faults)")
            #expect(honest.witnesses.allSatisfy { $0.last == told.end })
            let size = told.end.size
            let answer = try await forked.keeper.consistency(from: size)
            #expect(answer != nil || forked.journal.treeSize < size, "round \(round)")
            if let answer {
                #expect(throws: CheckpointFault.unproven, "round \(round)") {
                    try answer.verify(from: told.end, by: forked.keeper.verifiers)
                }
            }
            forked.journal.close()
        }
    }
}
