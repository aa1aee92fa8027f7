import Audit
import Dispatch
import Foundation
import NIOConcurrencyHelpers
import Support
import Testing

/// Segments are sealed and read again while several write.
@Suite struct ReadingWhileWritingTests {
    @Test func sealsAreRightWhileTheLogIsWritten() async throws {
        let folder = try TestFolder()
        var configuration = folder.configuration(segmentBytes: 1 << 16, fillBytes: 1 << 14)
        let key = try #require(SealedLog.key)
        configuration.seals = SealSettings(storedSequence: .max) {
            SealKeys(signing: [key], believed: [key.verifier])
        }
        let journal = try Journal.open(configuration)
        let audit = try #require(journal.selfAudit)
        let isWriting = NIOLockedValueBox(true)
        let steps = NIOLockedValueBox<[SelfAudit.Step]>([])
        let running = DispatchGroup()
        running.enter()
        Thread.detachNewThread {
            while isWriting.withLockedValue({ $0 }) || audit.isBehind {
                let step = audit.step { _ in true }
                if step != .idle { steps.withLockedValue { $0.append(step) } }
            }
            running.leave()
        }
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for number in 0..<1500 {
                        _ = try? await journal.record(
                            .sample(writer * 10_000 + number, kind: .intent))
                    }
                }
            }
        }
        isWriting.withLockedValue { $0 = false }
        await withCheckedContinuation { continuation in
            running.notify(queue: .global()) { continuation.resume() }
        }
        journal.close()
        let done = steps.withLockedValue { $0 }
        let faults = done.filter { step in
            switch step {
            case .damaged, .failed: true
            case .sealed, .proved, .finished, .idle: false
            }
        }
        #expect(faults.isEmpty, "\(faults)")
        #expect(done.contains { if case .sealed = $0 { true } else { false } })

        let told = try Journal.open(configuration)
        #expect(told.unreadRecords > 3000)
        told.close()
        configuration.seals = nil
        let whole = try Journal.open(configuration)
        #expect(whole.openIntents.prefix(told.openIntents.count) == told.openIntents[...])
        #expect(told.openIntents.count == 6000)
        whole.close()
    }
}
