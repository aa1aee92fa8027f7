import Foundation
import Support
import Testing

/// Each single call of the binary to its disk fails, or is the last.
///
/// In a start that seals, while it serves, while the log's key changes, and when it ends: nothing that was acknowledged is lost,
/// nothing is told that was not, and no effect is without its intent.
///
/// All calls by `make sweep`, one of each kind in `make test`.
@Suite(.serialized) struct StorageSweepTests {
    @Test(.timeLimit(.minutes(60))) func everyCallMayFailOrBeTheLast() throws {
        var random = SeededGenerator(for: "StorageSweepTests")
        let sweep = try StorageSweep()
        let calls = try sweep.calls()
        #expect(Set(calls.map(\.name)).isSuperset(of: ["pwrite", "fdatasync", "fsync", "rename"]))
        #expect(calls.contains { $0.kind.contains(".seal") }, "nothing was sealed")
        #expect(calls.contains { $0.kind.contains("log-keys.json") }, "no key was changed")
        var trials = StorageSweep.isWhole ? sweep.all(calls) : sweep.some(calls, &random)
        trials.shuffle(using: &random)
        var ended: [String: Int] = [:]
        for trial in trials {
            ended[try sweep.run(trial), default: 0] += 1
        }
        try sweep.expectBothVerifiers()
        print("StorageSweepTests: \(calls.count) calls, \(trials.count) trials: \(ended)")
    }
}
