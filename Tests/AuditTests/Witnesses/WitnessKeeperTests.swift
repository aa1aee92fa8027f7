import Audit
import NIOConcurrencyHelpers
import Support
import Testing

/// Witnesses sign the log's ends, or what they answer instead is not believed.
@Suite struct WitnessKeeperTests {
    @Test func anEndIsKeptOnceEnoughHaveSignedIt() async throws {
        let log = try WitnessedLog()
        log.witnesses[2].manner = .silent
        try await log.grow()
        let best = try #require(await log.keeper.checkpoint())
        #expect(best.end == log.signed.journal.anchor)
        let keys = log.signed.keeper.verifiers + log.keeper.policy.keys
        let read = try Checkpoint(best.bytes, by: keys)
        #expect(log.keeper.policy.signed(read.signers).map(\.name) == ["w0.example", "w1.example"])
        #expect(log.kept.withLockedValue { $0.last } == best)
        // What is shown as the newest has them, too.
        #expect(try await log.signed.keeper.checkpoint()?.signers.count == 3)
        #expect(
            try Checkpoint(log.signed.tile("checkpoint"), by: keys).signers.count == 3)
        // The third comes late: the same end has three then.
        log.witnesses[2].manner = .good
        log.signed.clock.advance(by: .seconds(2))
        #expect(try await log.round() == [2])
        #expect(await log.keeper.checkpoint()?.signers.count == 4)
        #expect(await log.faults() == [nil, nil, nil])
        log.signed.journal.close()
    }

    @Test func oneIsNotEnough() async throws {
        let log = try WitnessedLog()
        log.witnesses[0].manner = .silent
        log.witnesses[1].manner = .status(503)
        try await log.grow()
        #expect(await log.keeper.checkpoint() == nil)
        #expect(log.kept.withLockedValue { $0.isEmpty })
        log.signed.journal.close()
    }

    /// What a witness may not say is not taken, and what it signed before stays.
    @Test(
        arguments: [
            (.otherKey, .unsigned), (.replay, .unsigned),
            (.otherRoot, .unsigned), (.hours(1), nil), (.hours(-1), nil),
            (.status(404), .unknownLog),
            (.status(403), .unknownKey), (.status(422), nil), (.status(500), .status(500)),
            (.status(302), .status(302)), (.bytes([]), .malformed), (.bytes([10]), .malformed),
            (.bytes(Array("— w0.example AAAA\n".utf8)), .malformed), (.claims(1), .malformed),
            (.claims(1 << 40), .beyond(size: 1 << 40)), (.silent, nil),
        ] as [(TestWitness.Manner, WitnessFault?)])
    func aLyingWitnessIsNotBelieved(
        _ manner: TestWitness.Manner, _ fault: WitnessFault?
    ) async throws {
        let log = try WitnessedLog()
        try await log.grow()
        let before = try #require(await log.keeper.checkpoint())
        for witness in log.witnesses[...1] { witness.manner = manner }
        try await log.grow()
        #expect(await log.keeper.checkpoint() == before, "only one good signature is there")
        let faults = await log.faults()
        #expect(faults[0] != nil && faults[1] != nil && faults[2] == nil, "\(faults)")
        if let fault { #expect(faults[0] == fault) }
        // It is left alone, then asked again.
        #expect(try await log.round() == [])
        for witness in log.witnesses { witness.manner = .good }
        log.signed.clock.advance(by: .seconds(2))
        #expect(try await log.round() == [0, 1])
        #expect(await log.keeper.checkpoint()?.end == log.signed.journal.anchor)
        #expect(await log.faults() == [nil, nil, nil])
        log.signed.journal.close()
    }

    @Test func whoFailsIsLeftAloneForLongerAndLonger() async throws {
        let log = try WitnessedLog()
        log.witnesses[0].manner = .silent
        try await log.grow()
        var waits: [Int] = []
        for _ in 0..<12 {
            var seconds = 0
            while try await log.round().isEmpty {
                log.signed.clock.advance(by: .seconds(1))
                seconds += 1
            }
            waits.append(seconds)
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
        log.signed.journal.close()
    }

    /// After a start nothing is known of what they have; they say it.
    @Test func aStartGoesOnWhereTheWitnessesAre() async throws {
        let first = try WitnessedLog()
        try await first.grow(40)
        let best = try #require(await first.keeper.checkpoint())
        first.signed.journal.close()
        let again = try SignedLog(
            MemoryLog(first.signed.log.system.crashed()), last: best, clock: first.signed.clock)
        let second = try WitnessedLog(again, witnesses: first.witnesses, last: best)
        #expect(await second.keeper.checkpoint() == best)
        try await second.grow(40)
        #expect(await second.keeper.checkpoint()?.end == again.journal.anchor)
        #expect(await second.faults() == [nil, nil, nil])
        again.journal.close()
    }

    @Test func whoAsksForMoreGetsItWithTheNextRound() async throws {
        let log = try WitnessedLog()
        try await log.grow()
        let receipt = try #require(try log.signed.write(1).last)
        #expect(await log.keeper.checkpoint(covering: receipt.sequence) == nil)
        log.signed.clock.advance(by: .milliseconds(100))
        try await log.round()
        let best = try #require(await log.keeper.checkpoint(covering: receipt.sequence))
        let proof = try #require(
            try await log.signed.keeper.proof(of: receipt.sequence, by: best))
        let keys = log.signed.keeper.verifiers + log.keeper.policy.keys
        let proved = try proof.verify(leaf: receipt.leaf, by: keys)
        #expect(log.keeper.policy.isMet(by: proved.signers))
        // A record that the log does not have is waited for in vain, and nobody is asked again and again.
        let asked = log.witnesses[0].state.withLockedValue { $0.asked }
        _ = await log.keeper.checkpoint(covering: 1 << 30)
        for _ in 0..<5 { try await log.round() }
        #expect(log.witnesses[0].state.withLockedValue { $0.asked } == asked)
        log.signed.journal.close()
    }

    @Test func whatCanNotBeKeptIsNotTold() async throws {
        let log = try WitnessedLog()
        log.canKeep.withLockedValue { $0 = false }
        try await log.grow()
        #expect(await log.keeper.checkpoint() == nil)
        log.canKeep.withLockedValue { $0 = true }
        try await log.grow()
        #expect(await log.keeper.checkpoint()?.end == log.signed.journal.anchor)
        log.signed.journal.close()
    }

    /// An end that one witness takes its time for is given up once enough have signed it; the late signature is put to it all the same.
    @Test func aSlowWitnessHoldsNobodyUp() async throws {
        let log = try WitnessedLog()
        try log.signed.write(3)
        try await log.signed.keeper.round()
        #expect(try await log.keeper.due() == [0, 1, 2])
        await log.keeper.ask(0)
        await log.keeper.ask(1)
        let first = try #require(await log.keeper.checkpoint())
        try log.signed.write(3)
        log.signed.clock.advance(by: .seconds(11))
        try await log.signed.keeper.round()
        #expect(try await log.round() == [0, 1], "the third is still being asked")
        let second = try #require(await log.keeper.checkpoint())
        #expect(second.end.size > first.end.size)
        await log.keeper.ask(2)
        #expect(await log.keeper.checkpoint()?.end == second.end)
        log.signed.journal.close()
    }
}
