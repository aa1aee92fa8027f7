import Audit
import AuditExport
import Foundation
import Testing

@Suite struct ExportProofTests {
    private let denied = [(name: "decision", value: "deny")]

    private func lines(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private func write(_ lines: [String], _ path: String) throws {
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
    }

    @Test(arguments: ExportFormat.allCases)
    func provesEachFormat(format: ExportFormat) throws {
        let log = TestLog()
        try log.write(3_000, segmentBytes: 256 << 10)
        let files = try log.export(format, denied)
        let report = try ExportVerifier.verify(
            records: files.records, proof: files.proof, directory: log.path)
        #expect(report.counts.exported == 300)
        #expect(report.counts.outside == 0)
        guard case .success(let known) = LogVerifier.verify(directory: log.path) else {
            Issue.record("the log is damaged")
            return
        }
        #expect(report.root == known.root)
        #expect(report.size == known.records)
    }

    @Test func coversWhatIsOutsideTheTimeBySubtrees() throws {
        let log = TestLog()
        try log.write(5_000, batch: 10, segmentBytes: 64 << 20)
        let from = LogTimeText.text(TestLog.start + 2_000_000_000)
        let to = LogTimeText.text(TestLog.start + 3_000_000_000)
        let files = try log.export(.jsonl, [(name: "from", value: from), (name: "to", value: to)])
        let report = try ExportVerifier.verify(
            records: files.records, proof: files.proof, directory: log.path)
        #expect(report.counts.leftOut == 0)
        #expect(report.counts.exported == 1_000)
        #expect(report.counts.outside == report.size - 1_000)
        #expect(try lines(files.proof).count { $0.hasPrefix("t ") } < 30)
    }

    enum Tampering: CaseIterable {
        case dropRecord, dropRecordAndEntry, editRecord, swapRecords, addRecord, flipEntry
        case dropEntry, editHash, editCount, editRoot, editFilter, cutProof, mergeSubtree
    }

    @Test(arguments: Tampering.allCases, [ExportFormat.jsonl, .csv, .cef, .ocsf])
    func findsTampering(with tampering: Tampering, format: ExportFormat) throws {
        let log = TestLog()
        try log.write(600)
        let files = try log.export(format, denied)
        var records = try lines(files.records)
        var proof = try lines(files.proof)
        let entry = try #require(proof.firstIndex { $0.hasPrefix("i ") })
        let other = try #require(proof.firstIndex { $0.hasPrefix("x ") })
        switch tampering {
        case .dropRecord: records.remove(at: 5)
        case .dropRecordAndEntry:
            records.remove(at: format == .csv ? 1 : 0)
            proof.remove(at: entry)
        case .editRecord: records[5] = records[5].replacing("10.0.0", with: "10.0.1")
        case .swapRecords: records.swapAt(4, 5)
        case .addRecord: records.append(records[5])
        case .flipEntry: proof[entry] = "x" + proof[entry].dropFirst()
        case .dropEntry: proof.remove(at: other)
        case .editHash: proof[other] = "x " + TreeHashText.zero
        case .editCount: edit(&proof, "left-out", "left-out 7")
        case .editRoot: edit(&proof, "root", "root " + TreeHashText.zero)
        case .editFilter: edit(&proof, "filter", #"filter {"decision":"allow"}"#)
        case .cutProof: proof.removeLast()
        case .mergeSubtree: proof[other] = "t 0 " + proof[other].dropFirst(2)
        }
        try write(records, files.records)
        try write(proof, files.proof)
        #expect {
            _ = try ExportVerifier.verify(
                records: files.records, proof: files.proof, directory: log.path)
        } throws: { error in
            guard case .unproven(_, _, let why)? = error as? ExportError else { return false }
            return !why.isEmpty
        }
    }

    /// Whoever leaves out a fitting record as if it did not fit is found by the log, even with all counts made to agree.
    @Test func findsAnOmissionThatIsConsistentInItself() throws {
        let log = TestLog()
        try log.write(600)
        let files = try log.export(.jsonl, denied)
        let allowed = try log.export(
            .jsonl, denied + [(name: "service", value: "web")], as: "narrower")
        var proof = try lines(allowed.proof)
        edit(
            &proof, "filter", try #require(try lines(files.proof).first { $0.hasPrefix("filter") }))
        try write(proof, allowed.proof)
        let report = try ExportVerifier.verify(records: allowed.records, proof: allowed.proof)
        #expect(report.counts.exported < 60)
        #expect(throws: ExportError.self) {
            _ = try ExportVerifier.verify(
                records: allowed.records, proof: allowed.proof, directory: log.path)
        }
    }

    private func edit(_ proof: inout [String], _ name: String, _ line: String) {
        if let index = proof.firstIndex(where: { $0.hasPrefix(name + " ") }) { proof[index] = line }
    }
}

enum TreeHashText {
    static let zero = Data(count: 32).base64EncodedString()
}

enum LogTimeText {
    static func text(_ nanoseconds: Int64) -> String {
        let seconds = Date(timeIntervalSince1970: Double(nanoseconds / 1_000_000_000))
        return seconds.formatted(.iso8601)
    }
}
