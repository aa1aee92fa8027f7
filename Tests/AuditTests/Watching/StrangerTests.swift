import Audit
import Foundation
import Support
import Testing

/// What others leave beside the segments is passed over, and said.
@Suite struct StrangerTests {
    static let strangers = [
        ".00000000000000000001.jsonl.swp", ".nfs000000000001", "lost+found", "a\u{1B}[2Jb",
        "00000000000000000001.jsonl~",
    ]

    @Test func filesBesideTheSegmentsArePassedOverWithAWarning() throws {
        let folder = try TestFolder()
        let first = try Journal.open(folder.configuration())
        #expect(first.warnings.isEmpty)
        try commit(0..<3, in: first.makeLane())
        first.close()
        for name in Self.strangers where name != "lost+found" {
            try folder.write("x", to: "segments/" + name)
        }
        try FileManager.default.createDirectory(
            atPath: folder.path("segments/lost+found"), withIntermediateDirectories: false)
        let second = try Journal.open(folder.configuration())
        try commit(3..<6, in: second.makeLane())
        second.inspect()
        #expect(second.state == .open)
        second.close()
        let report = try LogVerifier.verify(directory: folder.path).get()
        for warnings in [second.warnings, report.warnings] {
            #expect(warnings.count == Self.strangers.count)
            #expect(warnings.contains { $0.contains("segments/lost+found is no segment") })
            #expect(!warnings.contains { $0.contains("\u{1B}") }, "\(warnings)")
        }
        #expect(report.records == second.treeSize)
    }

    /// A segment under another name is no stranger: the log was cut.
    @Test func theNextSegmentUnderAnotherNameIsDamage() throws {
        let log = MemoryLog()
        let journal = try Journal.open(log.configuration(segmentBytes: 4096), system: log.system)
        for number in 0..<60 { try commit(number..<number + 1, in: journal.makeLane()) }
        journal.close()
        for count in [log.segments.count, 1] {
            let renamed = MemoryLog(log.system.crashed())
            for path in renamed.segments.suffix(count) {
                let bytes = renamed.system.bytes(of: path)
                renamed.system.setBytes(nil, of: path)
                renamed.system.setBytes(bytes, of: path + ".bak")
            }
            guard case .failure(let damage) = renamed.verify() else {
                Issue.record("not found")
                continue
            }
            #expect(!damage.isUnread && damage.file.hasSuffix(".bak"), "\(damage)")
            #expect(throws: AuditError.self) { _ = try renamed.reopen() }
        }
    }

    @Test func ofManyOnlySomeAreNamed() throws {
        let log = MemoryLog()
        _ = try log.reopen()
        for number in 0..<25 {
            log.system.setBytes([], of: MemoryLog.folder + "/segments/x\(number)")
        }
        let warnings = try log.verify().get().warnings
        #expect(warnings.count == 11)
        #expect(warnings.last == "15 more are no segments, passed over")
    }

    @Test func aLogThatCannotBeReadIsNotCalledDamaged() throws {
        let folder = try TestFolder()
        for directory in [folder.path, "/nonexistent"] {
            guard case .failure(let failure) = LogVerifier.verify(directory: directory) else {
                Issue.record("verified nothing")
                continue
            }
            #expect(failure.isUnread, "\(failure)")
        }
    }
}
