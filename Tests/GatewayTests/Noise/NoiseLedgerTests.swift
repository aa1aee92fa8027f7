import Gateway
import Support
import Testing

/// Which refusals are records of their own, and how the others are counted.
@Suite struct NoiseLedgerTests {
    private typealias Ledger = NoiseLedger<Int>

    private let plaintext = RefusalKind(action: "tls.handshake", gate: "authn", code: "plaintext")

    @Test func recordsTheFirstFewOfASourceEachMinuteAndCountsTheRest() {
        var ledger = Ledger()
        let admitted = (0..<100).filter { ledger.admit(plaintext, of: 1, at: Int64($0)) }
        #expect(admitted == Array(0..<NoiseLimits.ownRecordsPerSource))
        let counts = ledger.take()
        #expect(counts.map(\.key.source) == [1])
        let tally = counts.first?.value
        #expect(tally?.count == 95 && tally?.first == 5 && tally?.last == 99, "\(counts)")
        let window = NoiseLimits.windowNanoseconds
        let later = [window - 1, window].map { ledger.admit(plaintext, of: 1, at: $0) }
        #expect(later == [false, true])
        #expect(ledger.take().count == 1)
        #expect(ledger.take().isEmpty)
    }

    @Test func oneSourceTakesNothingFromAnother() {
        var ledger = Ledger()
        for now in 0..<10_000 { _ = ledger.admit(plaintext, of: 1, at: Int64(now)) }
        let admitted = [2, nil].map { ledger.admit(plaintext, of: $0, at: 10_000) }
        #expect(admitted == [true, true])
    }

    @Test func allSourcesTogetherHaveAQuota() {
        var ledger = Ledger()
        let admitted = (0..<100_000).filter { ledger.admit(plaintext, of: $0, at: 0) }
        #expect(admitted.count == NoiseLimits.ownRecordsAll)
    }

    @Test(arguments: [Int64.min, -1, 0, Int64.max]) func anyClockWillDo(now: Int64) {
        var ledger = Ledger()
        for _ in 0..<NoiseLimits.ownRecordsPerSource {
            _ = ledger.admit(plaintext, of: 1, at: now)
        }
        let steps = [Int64.max / 2, .min / 2].map { ledger.admit(plaintext, of: 1, at: $0) }
        #expect(steps == [true, true], "a step of the clock begins a new minute")
    }

    @Test func hasFewRowsAndLosesNoCountWhateverComes() {
        var random = SeededGenerator(seed: .random(in: 0 ... .max))
        var ledger = Ledger()
        var admitted: UInt64 = 0
        var counted: UInt64 = 0
        for now in 0..<20_000 {
            let kind = RefusalKind(
                action: ["a", "b"].randomElement(using: &random) ?? "", gate: "authn",
                code: "\(Int.random(in: 0..<30, using: &random))")
            let source: Int? = Int.random(in: 0..<300, using: &random)
            if ledger.admit(kind, of: source == 0 ? nil : source, at: Int64(now)) { admitted += 1 }
            guard now % 4000 == 3999 else { continue }
            let counts = ledger.take()
            #expect(counts.count <= NoiseLimits.sourceRows + NoiseLimits.sharedRows + 1)
            if Bool.random(using: &random) {
                // A journal that refuses.
                ledger.putBack(counts)
                let again = ledger.take()
                #expect(total(again) == total(counts))
                ledger.putBack(again)
            } else {
                counted += total(counts)
            }
        }
        counted += total(ledger.take())
        #expect(admitted + counted == 20_000)
        #expect(admitted == UInt64(NoiseLimits.ownRecordsAll))
    }

    @Test func theBytesADayAreBoundedAsTheDocsSay() {
        #expect(NoiseLimits.bytesADayOfOneSource < 135 << 20)
        #expect(NoiseLimits.bytesADayOfAll < 1_200_000_000)
    }

    @Test func aSourceThatTriesManyWaysHasFewRows() {
        var ledger = Ledger()
        for code in 0..<50 {
            ledger.count(
                RefusalKind(action: "tls.handshake", gate: "authn", code: "\(code)"), of: 1, at: 0)
        }
        let counts = ledger.take()
        #expect(counts.count == NoiseLimits.reasonsPerSource + 1)
        #expect(counts.keys.allSatisfy { $0.source == 1 })
        let several = counts.first { $0.key.kind == .several }
        #expect(several?.value.count == UInt64(50 - NoiseLimits.reasonsPerSource))
    }

    private func total(_ counts: [Ledger.Row: Ledger.Tally]) -> UInt64 {
        counts.values.reduce(0) { $0 + $1.count }
    }
}
