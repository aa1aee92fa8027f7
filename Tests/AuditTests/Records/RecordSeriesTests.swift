import Audit
import Foundation
import Glibc
import Support
import Testing

/// Records that come again and again say in brief what an earlier one of their segment says whole.
@Suite struct RecordSeriesTests {
    private let log = MemoryLog()
    private static let brief =
        #""type":"decision","request":"REQUEST","action":"service.discover","decision":"allow","status":200,"as":"#

    private func beat(_ number: Int, of series: RecordSeries, rule: String = "own") -> Record {
        var record = Record.sample(number)
        record.resource = ResourceFields(service: "api", id: "i-1")
        record.rule = rule
        record.series = series
        return record
    }

    /// The records but those of the log itself, without sequence and time.
    private var told: [String] {
        log.lines().filter { $0.contains(#""action":"service."#) }.map { line in
            String(line[(line.range(of: #""type""#)?.lowerBound ?? line.startIndex)...])
        }
    }

    private func commit(_ records: [Record], in lane: JournalLane) throws -> [UInt64] {
        for record in records { try lane.append(record) }
        var done = lane.commit(nowNanoseconds: 1_795_000_000_000_000_000)
        var sequences: [UInt64] = []
        while let receipt = done.next() {
            let line = log.lines().first { $0.hasPrefix("{\"seq\":\(receipt.sequence),") }
            #expect(MerkleTree.leafHash(of: Array((line ?? "").utf8)) == receipt.leafHash)
            #expect(receipt.decisionID == records[sequences.count].decisionID)
            sequences.append(receipt.sequence)
        }
        #expect(sequences.count == records.count)
        return sequences
    }

    private func isBrief(_ line: String, as sequence: UInt64) -> Bool {
        guard let id = line.split(separator: #"","#).dropFirst().first?.suffix(32) else {
            return false
        }
        return line.replacing(id, with: "REQUEST") == Self.brief + "\(sequence)}"
    }

    @Test func theFirstIsWholeAndThoseBehindItNameIt() throws {
        let journal = try Journal.open(log.configuration(), system: log.system)
        let lane = journal.makeLane()
        let series = RecordSeries()
        let first = try commit([beat(1, of: series)], in: lane)[0]
        _ = try commit([beat(2, of: series), Record.sample(3), beat(4, of: series)], in: lane)
        journal.close()
        #expect(told.count == 4)
        #expect(told[0].contains(#""principal""#) && told[0].contains(#""policy""#))
        for index in [1, 3] { #expect(isBrief(told[index], as: first), "\(told[index])") }
        #expect(!told[2].contains(#""as""#))
        _ = try log.verify().get()
        #expect(try log.reopen().count > 0)
    }

    @Test func whatSaysAnythingElseIsWhole() throws {
        let journal = try Journal.open(log.configuration(), system: log.system)
        let lane = journal.makeLane()
        let (series, other) = (RecordSeries(), RecordSeries())
        _ = try commit([beat(1, of: series)], in: lane)
        let second = try commit([beat(2, of: series, rule: "new")], in: lane)[0]
        _ = try commit(
            [beat(3, of: series, rule: "new"), beat(4, of: other, rule: "new")], in: lane)
        var refused = beat(5, of: series, rule: "new")
        refused.verdict = .deny
        var intent = beat(6, of: series, rule: "new")
        intent.kind = .intent
        _ = try commit([refused, intent], in: lane)
        journal.close()
        #expect(told.map { $0.contains(#""as""#) } == [false, false, true, false, false, false])
        #expect(isBrief(told[2], as: second))
    }

    /// Of one batch none is durable before the others.
    @Test func noneNamesARecordOfItsOwnBatch() throws {
        let journal = try Journal.open(log.configuration(), system: log.system)
        let lane = journal.makeLane()
        let series = RecordSeries()
        let pair = try commit([beat(1, of: series), beat(2, of: series)], in: lane)
        _ = try commit([beat(3, of: series)], in: lane)
        journal.close()
        #expect(told.map { $0.contains(#""as""#) } == [false, false, true])
        #expect(pair.contains { isBrief(told[2], as: $0) })
    }

    /// So that nothing has to be looked up in a segment that may be gone.
    @Test func noneNamesARecordOfAnotherSegment() throws {
        let journal = try Journal.open(log.configuration(segmentBytes: 4096), system: log.system)
        let lane = journal.makeLane()
        let series = RecordSeries()
        for number in 0..<200 { _ = try commit([beat(number, of: series)], in: lane) }
        journal.close()
        #expect(log.segments.count > 4)
        for path in log.segments {
            let lines = String(decoding: log.system.bytes(of: path), as: UTF8.self)
                .split(separator: "\n").map(String.init)
                .filter { $0.contains(#""action":"service."#) }
            guard let first = lines.first else { continue }
            #expect(first.contains(#""principal""#))
            let sequence = first.dropFirst(7).prefix { $0 != "," }
            for line in lines.dropFirst() { #expect(line.hasSuffix(#","as":\#(sequence)}"#)) }
        }
        _ = try log.verify().get()
    }

    @Test func whatWasNotMadeDurableIsNotNamed() throws {
        let journal = try Journal.open(log.configuration(), system: log.system)
        let lane = journal.makeLane()
        let series = RecordSeries()
        log.system.setFull(true)
        try lane.append(beat(1, of: series))
        #expect(lane.commit(nowNanoseconds: 1_795_000_000_000_000_000).failure != nil)
        log.system.setFull(false)
        for _ in 0..<5000 where journal.state != .open { usleep(1000) }
        let first = try commit([beat(2, of: series)], in: lane)[0]
        _ = try commit([beat(3, of: series)], in: lane)
        journal.close()
        #expect(told.count == 2)
        #expect(told[0].contains(#""principal""#))
        #expect(isBrief(told[1], as: first))
        _ = try log.verify().get()
    }
}
