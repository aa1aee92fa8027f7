import Audit
import Dispatch
import Foundation
import NIOConcurrencyHelpers
import Support
import Testing

@Suite struct ConcurrencyTests {
    @Test func fourLanesAndAsyncCallersShareOneOrder() async throws {
        let folder = try TestFolder()
        let journal = try Journal.open(
            folder.configuration(segmentBytes: 1 << 20, fillBytes: 1 << 16))
        let seen = NIOLockedValueBox<[UInt64: LeafHash]>([:])
        let running = DispatchGroup()
        for lane in 0..<4 {
            running.enter()
            Thread.detachNewThread {
                run(lane, journal, seen)
                running.leave()
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<400 {
                group.addTask {
                    let receipt = try await journal.record(.sample(100_000 + number))
                    let (sequence, leaf) = (receipt.sequence, receipt.leafHash)
                    seen.withLockedValue { $0[sequence] = leaf }
                }
            }
            try await group.waitForAll()
        }
        await withCheckedContinuation { continuation in
            running.notify(queue: .global()) { continuation.resume() }
        }
        journal.close()
        let report = try LogVerifier.verify(directory: folder.path).get()
        #expect(report.root == journal.root)
        let receipts = seen.withLockedValue { $0 }
        #expect(receipts.count == 20_000)
        let records = try folder.lines().filter { $0.hasPrefix(#"{"seq":"#) }
        #expect(records.count == Int(report.records))
        for (sequence, leaf) in receipts {
            #expect(MerkleTree.leafHash(of: Array(records[Int(sequence) - 1].utf8)) == leaf)
        }
    }
}

/// 4,900 records of one lane in batches of 1 to 49.
private func run(_ number: Int, _ journal: Journal, _ seen: NIOLockedValueBox<[UInt64: LeafHash]>) {
    let lane = journal.makeLane()
    var sent = 0
    var last: UInt64 = 0
    while sent < 4_900 {
        let count = min(1 + sent * 7 % 49, 4_900 - sent)
        for place in sent..<sent + count {
            try? lane.append(.sample(number * 10_000 + place))
        }
        sent += count
        var commit = lane.commit(nowNanoseconds: 1)
        while let receipt = commit.next() {
            let (sequence, leaf) = (receipt.sequence, receipt.leafHash)
            if sequence <= last { Issue.record("receipts are out of order") }
            last = sequence
            seen.withLockedValue { $0[sequence] = leaf }
        }
    }
}
