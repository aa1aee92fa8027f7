import Audit
import Foundation
import Support
import Testing

@Suite struct JournalTests {
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    @Test func writesTheContractsLineFormat() throws {
        let journal = try Journal.open(folder.configuration())
        let lane = journal.makeLane()
        var record = Record.sample(1)
        record.detail = Array(#"{"a":[1,"x"]}"#.utf8)
        record.reason = "tab\t\"q\" \\ / \u{1} é"
        try lane.append(record)
        _ = lane.commit(nowNanoseconds: 1_795_444_580_123_456_789)
        let line = try #require(try folder.lines().first { $0.contains("decision") })
        #expect(
            line == #"{"seq":3,"time":"2026-11-23T14:36:20.123456789Z","type":"decision","#
                + #""request":"00000000000000070000000000000001","principal":{"kind":"service","#
                + #""id":"spiffe://maxine.local/ns/default/dc/dc1/svc/web","auth":"mtls","roles":["service"]},"#
                + #""client":{"ip":"10.0.0.1","port":4711,"tls":"1.3","cert":"0a","resumed":false},"#
                + #""action":"service.discover","resource":{"service":"api","namespace":"default","id":"i-1"},"#
                + #""decision":"allow","gate":"intention","rule":"web-to-api","#
                + #""reason":"tab\t\"q\" \\ / \u0001 é","policy":"sha256:00ff","status":200,"#
                + #""detail":{"a":[1,"x"]}}"#)
        journal.close()
    }

    @Test func receiptsCarryTheLinesHashes() throws {
        let journal = try Journal.open(folder.configuration())
        let lane = journal.makeLane()
        let receipts = try commit(0..<20, in: lane) + commit(20..<21, in: lane)
        let records = try folder.lines().filter { $0.hasPrefix(#"{"seq""#) }
        for receipt in receipts {
            let line = Array(records[Int(receipt.sequence) - 1].utf8)
            #expect(MerkleTree.leafHash(of: line) == receipt.leaf)
        }
        journal.close()
        let report = try LogVerifier.verify(directory: folder.path).get()
        #expect(report.records == journal.treeSize)
        #expect(report.root == journal.root)
    }

    @Test func continuesAcrossRestarts() throws {
        for round in 0..<5 {
            let journal = try Journal.open(folder.configuration(segmentBytes: 8192))
            try commit(round * 30..<(round + 1) * 30, in: journal.makeLane())
            journal.close()
        }
        #expect(folder.segments.count > 1)
        let report = try LogVerifier.verify(directory: folder.path).get()
        #expect(report.segments == folder.segments.count)
        let decisions = try folder.lines().filter { $0.contains(#""type":"decision""#) }
        #expect(decisions.count == 150)
    }

    @Test func isOfferedOnlyToOneProcess() throws {
        let journal = try Journal.open(folder.configuration())
        #expect(throws: AuditError.locked(path: folder.path)) {
            _ = try Journal.open(folder.configuration())
        }
        journal.close()
        try Journal.open(folder.configuration()).close()
    }

    @Test func refusesWhatIsTooLongOrMalformed() throws {
        let journal = try Journal.open(folder.configuration())
        let lane = journal.makeLane()
        var record = Record.sample(1)
        record.reason = String(repeating: "x", count: 61 * 1024)
        #expect(throws: AuditError.self) { try lane.append(record) }
        for detail in ["", "{", "[]", "{}\n", "{\"a\":\n1}", "{} {}", "{\"a\":\"\u{1}\"}", "nul"] {
            var record = Record.sample(1)
            record.detail = Array(detail.utf8)
            #expect(throws: AuditError.malformedDetail) { try lane.append(record) }
        }
        var broken = Record.sample(1)
        broken.detail = Array("{\"a\":\"".utf8) + [0xFF] + Array("\"}".utf8)
        #expect(throws: AuditError.malformedDetail) { try lane.append(broken) }
        #expect(lane.pending == 0)
        try commit(0..<1, in: lane)
        journal.close()
        _ = try LogVerifier.verify(directory: folder.path).get()
    }

    @Test func refusesWhenALaneIsFull() throws {
        var configuration = folder.configuration()
        configuration.laneRecordsMax = 3
        let journal = try Journal.open(configuration)
        let lane = journal.makeLane()
        for number in 0..<3 { try lane.append(.sample(number)) }
        #expect(throws: AuditError.queueFull) { try lane.append(.sample(4)) }
        #expect(lane.commit(nowNanoseconds: 1).count == 3)
        try lane.append(.sample(5))
        journal.close()
    }

    @Test func timeNeverGoesBackAndAStepIsRecorded() throws {
        let journal = try Journal.open(folder.configuration())
        let lane = journal.makeLane()
        let start: Int64 = 3_000_000_000_000_000_000
        try commit(0..<1, in: lane, now: start)
        try commit(1..<2, in: lane, now: start - 500_000_000)
        #expect(try !folder.lines().contains { $0.contains("log.clock") })
        try commit(2..<3, in: lane, now: start - 5_000_000_000)
        try commit(3..<4, in: lane, now: start - 4_000_000_000)
        let lines = try folder.lines().filter { $0.hasPrefix(#"{"seq""#) }
        #expect(lines.filter { $0.contains("log.clock") }.count == 1)
        let times = lines.compactMap { line in
            line.range(of: #""time":""#).map { line[$0.upperBound...].prefix(30) }
        }
        #expect(times == times.sorted())
        journal.close()
    }

    @Test func recordsFromAsyncCallersAreDurable() async throws {
        let journal = try Journal.open(folder.configuration())
        let sequences = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let receipt = try await journal.record(.sample(number))
                    #expect(receipt.decisionID == UInt64(number))
                    return receipt.sequence
                }
            }
            return try await group.reduce(into: Set<UInt64>()) { $0.insert($1) }
        }
        #expect(sequences.count == 50)
        journal.close()
        await #expect(throws: AuditError.closed) { _ = try await journal.record(.sample(1)) }
        _ = try LogVerifier.verify(directory: folder.path).get()
    }

    @Test func closingCutsTheFillOff() throws {
        let journal = try Journal.open(folder.configuration(fillBytes: 65536))
        try commit(0..<3, in: journal.makeLane())
        let name = try #require(folder.segments.first)
        for _ in 0..<200 where try folder.read(name).count < 65536 { usleep(5000) }
        #expect(try folder.read(name).suffix(1000).allSatisfy { $0 == 10 })
        _ = try LogVerifier.verify(directory: folder.path).get()
        journal.close()
        #expect(try folder.read(name).suffix(2) == Array("}\n".utf8))
    }
}
