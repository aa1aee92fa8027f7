import Audit
import NIOConcurrencyHelpers
import Support
import Testing

/// A log in memory with three witnesses, of which two must sign.
struct WitnessedLog {
    let signed: SignedLog
    let witnesses: [TestWitness]
    let keeper: WitnessKeeper
    let kept: NIOLockedValueBox<[Checkpoint]>
    let canKeep = NIOLockedValueBox(true)

    static func policy(_ witnesses: [TestWitness], quorum: Int = 2) throws -> WitnessPolicy {
        let lines = witnesses.map { "witness \($0.name) \($0.vkey)" }
        let names = witnesses.map(\.name).joined(separator: " ")
        let text =
            lines.joined(separator: "\n") + "\ngroup all \(quorum) \(names)\nquorum all\n"
        return try WitnessPolicy(Array(text.utf8))
    }

    init(
        _ signed: SignedLog? = nil, witnesses: [TestWitness]? = nil, last: Checkpoint? = nil
    ) throws {
        let signed = try signed ?? SignedLog()
        self.signed = signed
        let all =
            try witnesses
            ?? (0..<3).map { index in
                try TestWitness("w\(index).example", of: signed.keeper.verifiers)
            }
        self.witnesses = all
        let clock = signed.clock
        let kept = NIOLockedValueBox<[Checkpoint]>([])
        self.kept = kept
        let canKeep = canKeep
        let journal = signed.journal
        keeper = WitnessKeeper(
            try Self.policy(all), signed.keeper, last: last,
            WitnessKeeper.Parts(
                send: { index, question in
                    all[index].answer(question, wallTime: clock.nanoseconds)
                },
                note: { checkpoint in
                    guard canKeep.withLockedValue({ $0 }) else {
                        throw TestFault(description: "full")
                    }
                    kept.withLockedValue { $0.append(checkpoint) }
                },
                logSize: { journal.treeSize }, wallTime: { clock.nanoseconds },
                elapsedTime: clock.elapsed,
                intervalNanoseconds: 10_000_000_000))
    }

    /// All that are due are asked, one after the other; says which.
    @discardableResult
    func round() async throws -> [Int] {
        let due = try await keeper.due()
        for index in due { await keeper.ask(index) }
        return due
    }

    /// Writes, lets so much time pass that an end is signed, and asks the witnesses.
    func grow(_ count: Int = 3) async throws {
        try signed.write(count)
        signed.clock.advance(by: .seconds(11))
        try await signed.keeper.round()
        try await round()
    }

    func faults() async -> [WitnessFault?] { await keeper.states.map(\.fault) }
}
