import Foundation
import Support
import Testing

/// Each single call of the binary to its disk fails, or is the last.
///
/// In a start that seals, while it serves, while the log's key changes, while full segments are packed and taken away, and when it ends: nothing that was
/// acknowledged is lost, nothing is told that was not, and no effect is without its intent.
///
/// All calls by `make sweep`, one of each kind in `make test`.
@Suite(.serialized) struct StorageSweepTests {
    @Test(.timeLimit(.minutes(110))) func everyCallMayFailOrBeTheLast() async throws {
        var random = SeededGenerator(for: "StorageSweepTests")
        let sweep = try StorageSweep()
        let calls = try sweep.calls()
        #expect(Set(calls.map(\.name)).isSuperset(of: ["pwrite", "fdatasync", "fsync", "rename"]))
        #expect(calls.contains { $0.kind.contains(".seal") }, "nothing was sealed")
        #expect(calls.contains { $0.kind.contains(".jsonl.gz.new") }, "nothing was packed")
        #expect(calls.contains { $0.kind == "remove audit/segments/.jsonl" }, "no plain one went")
        #expect(calls.contains { $0.kind.contains("seals/pruned") }, "nothing was taken away")
        #expect(calls.contains { $0.kind.contains("log-keys.json") }, "no key was changed")
        var trials = StorageSweep.isWhole ? sweep.all(calls) : sweep.some(calls, &random)
        trials.shuffle(using: &random)
        let ended = try await Self.run(trials, by: sweep)
        print("StorageSweepTests: \(calls.count) calls, \(trials.count) trials: \(ended)")
    }

    /// How trials end, counted; two are made at a time, for most of what one takes is waiting.
    private static func run(
        _ trials: [StorageSweep.Trial], by sweep: StorageSweep
    ) async throws -> [String: Int] {
        var ended: [String: Int] = [:]
        for start in stride(from: 0, to: trials.count, by: 50) {
            try await withThrowingTaskGroup(of: String.self) { group in
                for (index, trial) in trials[start...].prefix(50).enumerated() {
                    if index > 1, let ending = try await group.next() {
                        ended[ending, default: 0] += 1
                    }
                    group.addTask { try sweep.run(trial) }
                }
                for try await ending in group { ended[ending, default: 0] += 1 }
            }
            try sweep.expectBothVerifiers()
        }
        return ended
    }
}
