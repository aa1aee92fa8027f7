import Audit
import Foundation
import NIOConcurrencyHelpers
import Support
import Testing

@Suite struct LogTailTests {
    @Test func followsTheLogAcrossSegmentsWhileItIsWritten() throws {
        let log = MemoryLog()
        let journal = try Journal.open(log.configuration(segmentBytes: 4096), system: log.system)
        let lane = journal.makeLane()
        var tail = LogTail(directory: MemoryLog.folder, from: 5, system: log.system)
        var sequences: [UInt64] = []
        for number in 0..<30 {
            try commit(number * 2..<number * 2 + 2, in: lane)
            while case let records = try tail.next(), !records.isEmpty {
                sequences += records.map(\.sequence)
            }
            #expect(sequences.last ?? 4 == journal.treeSize)
        }
        #expect(log.segments.count > 3)
        #expect(sequences == Array(5...journal.treeSize))
        journal.close()
    }

    @Test func staysBehindTheLastCommitLine() throws {
        let log = MemoryLog()
        let journal = try Journal.open(log.configuration(), system: log.system)
        try commit(0..<2, in: journal.makeLane())
        let path = try #require(log.segments.first)
        let whole = log.system.bytes(of: path)
        log.system.setBytes(whole + Array(#"{"seq":5,"time":"#.utf8), of: path)
        var tail = LogTail(directory: MemoryLog.folder, from: 1, system: log.system)
        #expect(try tail.next().count == 4)
        #expect(try tail.next().isEmpty)
        log.system.setBytes(whole, of: path)
        try commit(2..<3, in: journal.makeLane())
        #expect(try tail.next().map(\.sequence) == [5])
        journal.close()
    }

    @Test func saysSoIfTheLogStaysUnreadable() throws {
        let log = MemoryLog()
        let journal = try Journal.open(log.configuration(), system: log.system)
        journal.close()
        let path = try #require(log.segments.first)
        log.system.setBytes(log.system.bytes(of: path) + Array("garbage\n".utf8), of: path)
        var tail = LogTail(directory: MemoryLog.folder, from: 1, system: log.system)
        var failure: AuditError?
        for _ in 0..<100 {
            do throws(AuditError) { _ = try tail.next() } catch { failure = error }
        }
        #expect(failure != nil)
    }

    @Test func tellsTheLastSequence() throws {
        let folder = try TestFolder()
        #expect(try LogTail.lastSequence(directory: folder.path) == 0)
        let journal = try Journal.open(folder.configuration(segmentBytes: 4096))
        try commit(0..<3, in: journal.makeLane())
        try commit(3..<30, in: journal.makeLane())
        try commit(30..<31, in: journal.makeLane())
        #expect(try LogTail.lastSequence(directory: folder.path) == journal.treeSize)
        journal.close()
    }

    @Test func verifiesALogThatIsBeingWritten() throws {
        let folder = try TestFolder()
        let journal = try Journal.open(
            folder.configuration(segmentBytes: 1 << 18, fillBytes: 1 << 16))
        let done = NIOLockedValueBox(false)
        Thread.detachNewThread {
            let lane = journal.makeLane()
            for number in 0..<400 { _ = try? commit(number * 8..<number * 8 + 8, in: lane) }
            done.withLockedValue { $0 = true }
        }
        var checks = 0
        while !done.withLockedValue({ $0 }) {
            #expect(throws: Never.self) { _ = try LogVerifier.verify(directory: folder.path).get() }
            checks += 1
        }
        #expect(checks > 0)
        journal.close()
        #expect(try LogVerifier.verify(directory: folder.path).get().root == journal.root)
    }
}
