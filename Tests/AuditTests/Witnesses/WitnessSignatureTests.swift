import Audit
import Crypto
import NIOConcurrencyHelpers
import Support
import Testing

/// A signature counts for the end that it is over, of the witness whose it is, while enough have signed.
@Suite struct WitnessSignatureTests {
    /// After a start with a stricter policy, what fewer had signed is not told any more.
    @Test func anEndThatTooFewSignedIsNotToldAfterAStart() async throws {
        let log = try WitnessedLog()
        log.witnesses[2].manner = .silent
        try await log.grow()
        let best = try #require(await log.keeper.checkpoint())
        for (quorum, isTold) in [(2, true), (3, false)] {
            let clock = log.signed.clock
            let keeper = WitnessKeeper(
                try WitnessedLog.policy(log.witnesses, quorum: quorum), log.signed.keeper,
                last: best,
                WitnessKeeper.Parts(
                    send: { _, _ in .failure(.unreachable("nobody is asked")) }, note: { _ in },
                    logSize: { 0 }, wallTime: { clock.nanoseconds }, elapsedTime: clock.elapsed,
                    intervalNanoseconds: 1))
            #expect(await keeper.checkpoint() == (isTold ? best : nil))
        }
        log.signed.journal.close()
    }

    /// The signature itself is good, but stands under another name or key id: whoever reads the note later would not find it.
    @Test(arguments: [TestWitness.Manner.otherName, .otherID])
    func aSignatureUnderAnotherNameIsNone(_ manner: TestWitness.Manner) async throws {
        let log = try WitnessedLog()
        log.witnesses[0].manner = manner
        log.witnesses[1].manner = manner
        try await log.grow()
        #expect(await log.faults() == [.unsigned, .unsigned, nil])
        #expect(await log.keeper.checkpoint() == nil)
        log.signed.journal.close()
    }

    /// A witness that changes its key answers with both signatures; the one that is not known is passed over.
    @Test func signaturesOfOthersArePassedOver() async throws {
        let log = try WitnessedLog()
        for witness in log.witnesses { witness.manner = .twoKeys }
        try await log.grow()
        #expect(await log.faults() == [nil, nil, nil])
        #expect(await log.keeper.checkpoint()?.signers.count == 4)
        log.signed.journal.close()
    }

    /// A witness answers when a newer end is shown and signed: its signature is put to the end that it was asked for.
    @Test func aLateSignatureIsPutToItsOwnEnd() async throws {
        let signed = try SignedLog()
        let witnesses = try (0..<2).map {
            try TestWitness("w\($0).example", of: signed.keeper.verifiers)
        }
        let clock = signed.clock
        let box = NIOLockedValueBox<WitnessKeeper?>(nil)
        let isFirst = NIOLockedValueBox(true)
        let journal = signed.journal
        let keeper = WitnessKeeper(
            try WitnessedLog.policy(witnesses, quorum: 1), signed.keeper, last: nil,
            WitnessKeeper.Parts(
                send: { index, question in
                    let answer = witnesses[index].answer(question, wallTime: clock.nanoseconds)
                    let wasFirst = isFirst.withLockedValue { isFirst in
                        defer { isFirst = false }
                        return isFirst
                    }
                    guard wasFirst else { return answer }
                    // While the answer is on its way the log grows, and the next end is begun.
                    _ = try? signed.write(3)
                    clock.advance(by: .seconds(11))
                    try? await signed.keeper.round()
                    await box.withLockedValue { $0 }?.ask(1)
                    _ = try? await box.withLockedValue { $0 }?.due()
                    return answer
                }, note: { _ in }, logSize: { journal.treeSize },
                wallTime: { clock.nanoseconds }, elapsedTime: clock.elapsed,
                intervalNanoseconds: 10_000_000_000))
        box.withLockedValue { $0 = keeper }
        defer { box.withLockedValue { $0 = nil } }
        try signed.write(3)
        try await signed.keeper.round()
        let first = try #require(try await signed.keeper.checkpoint())
        _ = try await keeper.due()
        await keeper.ask(0)
        let keys = signed.keeper.verifiers + keeper.policy.keys
        let newest = try #require(try await signed.keeper.checkpoint())
        #expect(newest.end.size > first.end.size)
        #expect(throws: Never.self) { try Checkpoint(newest.bytes, by: keys) }
        #expect(try Checkpoint(signed.tile("checkpoint"), by: keys).signers.count == 1)
        let best = try #require(await keeper.checkpoint())
        let read = try Checkpoint(best.bytes, by: keys)
        #expect(read.end == first.end && read.signers.count == 3)
        signed.journal.close()
    }

    /// The newest end is not signed anew while nothing is added, which would take the witnesses' signatures from it.
    @Test func anEndThatIsNotLongerIsNotSignedAnew() async throws {
        let log = try WitnessedLog()
        try await log.grow()
        let shown = try await log.signed.keeper.checkpoint()
        #expect(shown?.signers.count == 4)
        for _ in 0..<3 {
            log.signed.clock.advance(by: .seconds(2))
            try await log.signed.keeper.round()
        }
        #expect(try await log.signed.keeper.checkpoint() == shown)
        #expect(log.signed.tile("checkpoint") == shown?.bytes)
        log.signed.journal.close()
    }

    /// What is being signed is of the old key, too: after that key was replaced, no signature makes it one that is told.
    @Test func whatIsBeingSignedIsForgottenWithItsKey() async throws {
        let log = try WitnessedLog()
        log.witnesses[1].manner = .silent
        log.witnesses[2].manner = .silent
        try await log.grow()
        #expect(await log.keeper.checkpoint() == nil)
        let new = try #require(LogKey(newFor: "maxine.local/audit"))
        await log.signed.keeper.adopt(keys: [new], forgetting: true)
        await log.keeper.discard()
        for witness in log.witnesses {
            witness.manner = .good
            witness.know(new.verifier)
        }
        log.signed.clock.advance(by: .seconds(2))
        try await log.round()
        let told = try #require(await log.keeper.checkpoint())
        let keys = [new.verifier] + log.keeper.policy.keys
        #expect(try Checkpoint(told.bytes, by: keys).signers.first?.key == new.verifier)
        #expect(throws: CheckpointFault.self) {
            try Checkpoint(told.bytes, by: [try #require(SignedLog.key).verifier])
        }
        log.signed.journal.close()
    }

    /// A witness that has the log's own name does not sign for the log.
    @Test func aWitnessOfTheLogsNameIsNotTheLog() throws {
        let secret = Curve25519.Signing.PrivateKey()
        let witness = try #require(
            VerifierKey(
                name: "maxine.local/audit", kind: .witness,
                publicKey: Array(secret.publicKey.rawRepresentation)))
        let text = Array("maxine.local/audit\n1\n\(MerkleTree.leafHash(of: [1]).base64)\n".utf8)
        let line = try TestWitness.line(of: witness, text, seconds: 7) {
            try secret.signature(for: $0)
        }
        #expect(throws: CheckpointFault.unsigned(origin: "maxine.local/audit")) {
            try Checkpoint(text + [10] + line, by: [witness])
        }
        let own = try #require(LogKey(newFor: "maxine.local/audit"))
        let note = text + [10] + (try #require(own.signatureLine(over: text))) + line
        #expect(
            try Checkpoint(note, by: [own.verifier, witness]).signers.map(\.seconds) == [0, 7])
    }
}
