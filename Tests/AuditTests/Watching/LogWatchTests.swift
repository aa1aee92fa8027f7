import Audit
import Foundation
import Support
import Testing

/// Whatever happens to the log's files under a running journal is noticed at the next look.
@Suite struct LogWatchTests {
    /// What may happen to one segment; `path` is the file, `spare` a name beside it.
    enum Mishap: CaseIterable, Sendable {
        case removed, renamed, cut, emptied, copied, exchanged, overwritten, grown, linked

        func happen(to path: String, spare: String) throws {
            let manager = FileManager.default
            let bytes = try Data(contentsOf: URL(filePath: path))
            switch self {
            case .removed: try manager.removeItem(atPath: path)
            case .renamed: try manager.moveItem(atPath: path, toPath: spare)
            case .cut: #expect(truncate(path, bytes.count - 1) == 0)
            case .emptied: #expect(truncate(path, 0) == 0)
            case .copied: try bytes.write(to: URL(filePath: path), options: .atomic)
            case .exchanged:
                try Data("{}\n".utf8).write(to: URL(filePath: path), options: .atomic)
            case .overwritten:
                try write(bytes.count / 2, Data("\0\0\0".utf8), path)
            case .grown: try write(bytes.count, Data("x".utf8), path)
            case .linked:
                try manager.moveItem(atPath: path, toPath: spare)
                try manager.createSymbolicLink(atPath: path, withDestinationPath: spare)
            }
        }

        private func write(_ offset: Int, _ data: Data, _ path: String) throws {
            let file = try FileHandle(forUpdating: URL(filePath: path))
            try file.seek(toOffset: UInt64(offset))
            try file.write(contentsOf: data)
            try file.close()
        }
    }

    private let folder: TestFolder
    private let journal: Journal
    private let lane: JournalLane

    init() throws {
        folder = try TestFolder()
        var configuration = folder.configuration(segmentBytes: 8192, fillBytes: 0)
        configuration.retrySeconds = 0.01
        journal = try Journal.open(configuration)
        lane = journal.makeLane()
        for number in 0..<60 { try commit(number..<number + 1, in: lane) }
        #expect(folder.segments.count > 2)
    }

    @Test(arguments: Mishap.allCases)
    func noticesWhatHappensToASegmentThatIsFull(_ mishap: Mishap) throws {
        try expectNotice(mishap, of: folder.segments[1])
    }

    @Test(arguments: Mishap.allCases.filter { $0 != .grown && $0 != .overwritten })
    func noticesWhatHappensToTheSegmentThatIsWritten(_ mishap: Mishap) throws {
        try expectNotice(mishap, of: #require(folder.segments.last))
    }

    /// The writer goes on at its place, so that the file looks as long as it should.
    @Test(arguments: [0, 1500])
    func noticesACutThatMoreRecordsHaveHidden(size: Int) throws {
        journal.inspect()
        try commit(100..<103, in: lane)
        let path = folder.path("segments/" + (try #require(folder.segments.last)))
        #expect(truncate(path, size) == 0)
        try commit(103..<106, in: lane)
        journal.inspect()
        expectRefusal("does not hold what was written")
        journal.close()
    }

    @Test func noticesThatTheFolderIsGone() throws {
        try FileManager.default.moveItem(
            atPath: folder.path("segments"), toPath: folder.path("away"))
        journal.inspect()
        expectRefusal("folder")
        try FileManager.default.moveItem(
            atPath: folder.path("away"), toPath: folder.path("segments"))
        try expectRecovery()
    }

    /// Else a second gateway could lock what stands there now, and write beside the first.
    @Test func noticesThatTheLockIsNoLockAnyMore() throws {
        let (lock, spare) = (folder.path("lock"), folder.path("spare"))
        for replaces in [false, true] {
            #expect(rename(lock, spare) == 0)
            if replaces { try folder.write("", to: "lock") }
            journal.inspect()
            expectRefusal("another gateway could write here")
            #expect(rename(spare, lock) == 0)
            for _ in 0..<500 where journal.state != .open { usleep(10_000) }
            #expect(journal.state == .open)
        }
        journal.close()
    }

    @Test func aHealthyLogIsFoundHealthyWhileItGrows() throws {
        for number in 200..<400 {
            try commit(number..<number + 1, in: lane)
            journal.inspect()
        }
        #expect(journal.state == .open)
        // A new time alone changes nothing.
        let path = folder.path("segments/" + folder.segments[0])
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: path)
        journal.inspect()
        journal.inspect()
        #expect(journal.state == .open)
        journal.close()
    }

    @Test func aLookBesideManyWritersFindsNothing() async throws {
        let journal = journal
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                let lane = journal.makeLane()
                for number in 0..<400 { _ = try? commit(number..<number + 2, in: lane) }
            }
            group.addTask { for _ in 0..<400 { journal.inspect() } }
        }
        #expect(journal.state == .open)
        journal.close()
        #expect(throws: Never.self) { _ = try LogVerifier.verify(directory: folder.path).get() }
    }

    private func expectNotice(_ mishap: Mishap, of name: String) throws {
        journal.inspect()
        #expect(journal.state == .open)
        let path = folder.path("segments/" + name)
        let whole = try folder.bytes("segments/" + name)
        try mishap.happen(to: path, spare: folder.path("segments/spare"))
        journal.inspect()
        expectRefusal(name)
        guard mishap != .copied else { return try expectRecovery() }
        usleep(50_000)
        expectRefusal(name)
        for path in [path, folder.path("segments/spare")] {
            try? FileManager.default.removeItem(atPath: path)
        }
        try folder.write(whole, to: "segments/" + name)
        try expectRecovery()
    }

    private func expectRefusal(_ word: String, sourceLocation: SourceLocation = #_sourceLocation) {
        guard case .refusing(let reason) = journal.state else {
            Issue.record("the journal is \(journal.state)", sourceLocation: sourceLocation)
            return
        }
        #expect(reason.contains(word), "\(reason)", sourceLocation: sourceLocation)
        #expect(throws: AuditError.self, sourceLocation: sourceLocation) {
            try lane.append(.sample(1))
        }
    }

    /// What was put back as it was is taken, and nothing was lost.
    private func expectRecovery() throws {
        for _ in 0..<500 where journal.state != .open { usleep(10_000) }
        #expect(journal.state == .open)
        try commit(900..<901, in: lane)
        journal.inspect()
        #expect(journal.state == .open)
        journal.close()
        let report = try LogVerifier.verify(directory: folder.path).get()
        #expect(report.root == journal.root)
        let lines = try folder.lines()
        #expect(lines.filter { $0.contains("log.resumed") }.count == 1)
        #expect(lines.filter { $0.contains(#""type":"decision""#) }.count == 61)
    }
}
