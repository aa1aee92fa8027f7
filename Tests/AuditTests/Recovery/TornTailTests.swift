import Audit
import Support
import Testing

/// Every way in which a crash can tear the last batch.
@Suite struct TornTailTests {
    /// A log, its acknowledged records, and the range of its last batch in its only segment.
    private func log(fillBytes: Int, lastBatch: Int) throws -> (
        MemoryLog, acknowledged: [(sequence: UInt64, leaf: LeafHash)], path: String, Range<Int>
    ) {
        let log = MemoryLog()
        let journal = try Journal.open(log.configuration(fillBytes: 0), system: log.system)
        let lane = journal.makeLane()
        let acknowledged = try commit(0..<5, in: lane) + commit(5..<6, in: lane)
        let path = try #require(log.segments.first)
        let start = log.system.bytes(of: path).count
        try commit(6..<6 + lastBatch, in: lane)
        let end = log.system.bytes(of: path).count
        if fillBytes > 0 {
            let fill = [UInt8](repeating: 10, count: fillBytes)
            log.system.setBytes(log.system.bytes(of: path) + fill, of: path)
        }
        return (MemoryLog(log.system.crashed()), acknowledged, path, start..<end)
    }

    @Test(arguments: [0, 4096])
    func opensAfterATearAtEveryByte(fillBytes: Int) throws {
        let (log, acknowledged, path, batch) = try log(fillBytes: fillBytes, lastBatch: 3)
        let whole = log.system.bytes(of: path)
        for cut in Repetitions.some(of: batch) {
            let torn = MemoryLog(log.system.crashed())
            let rest = [UInt8](repeating: 10, count: fillBytes == 0 ? 0 : whole.count - cut)
            torn.system.setBytes(whole[..<cut] + rest, of: path)
            _ = try torn.reopen()
            #expect(torn.holds(acknowledged), "cut at \(cut)")
            #expect(throws: Never.self) { _ = try torn.verify().get() }
            let lines = torn.lines()
            let isComplete = fillBytes > 0 && cut == batch.upperBound - 1
            let tellsOfIt = lines.contains { $0.contains("log.recovered") }
            #expect(tellsOfIt == (cut > batch.lowerBound && !isComplete), "cut at \(cut)")
            let kept = torn.system.paths(in: MemoryLog.folder + "/quarantine")
            #expect(kept.count == (tellsOfIt ? 1 : 0))
            if let file = kept.first {
                // The newline behind a whole line can't be told from the fill and is not kept.
                let left = whole[batch.lowerBound..<cut]
                let isKept = torn.system.bytes(of: file).elementsEqual(
                    left.last == 10 ? left.dropLast() : left)
                #expect(isKept, "cut at \(cut)")
            }
        }
    }

    @Test(arguments: [UInt8(10), 0])
    func opensAfterTheLossOfAnySectors(filler: UInt8) throws {
        let (log, acknowledged, path, batch) = try log(fillBytes: 4096, lastBatch: 6)
        let whole = log.system.bytes(of: path)
        let sectors = Array(batch.lowerBound / 512...(batch.upperBound - 1) / 512)
        #expect(sectors.count >= 5)
        for lost in 1..<(1 << sectors.count) {
            var bytes = whole
            for (index, sector) in sectors.enumerated() where lost >> index & 1 == 1 {
                for place in sector * 512..<(sector + 1) * 512 where batch.contains(place) {
                    bytes[place] = filler
                }
            }
            let torn = MemoryLog(log.system.crashed())
            torn.system.setBytes(bytes, of: path)
            _ = try torn.reopen()
            #expect(torn.holds(acknowledged))
            #expect(throws: Never.self) { _ = try torn.verify().get() }
        }
    }

    @Test func anEditedLastBatchIsDamageAndNoTear() throws {
        let (log, _, path, batch) = try log(fillBytes: 4096, lastBatch: 3)
        var bytes = log.system.bytes(of: path)
        bytes[batch.lowerBound + 200] ^= 1
        log.system.setBytes(bytes, of: path)
        #expect {
            _ = try log.reopen()
        } throws: { error in
            guard case .damaged(let file, let line, _) = error as? AuditError else { return false }
            return file == path && line > 8
        }
    }

    @Test func aBrokenCommitLineWithRecordsBehindItIsDamage() throws {
        let (log, _, path, batch) = try log(fillBytes: 0, lastBatch: 3)
        let journal = try Journal.open(log.configuration(), system: log.system)
        let text = String(decoding: log.system.bytes(of: path), as: UTF8.self)
        let head = text.prefix(batch.upperBound)
        let tail = text.dropFirst(batch.upperBound)
            .replacing(#""type":"commit""#, with: #""type":"commit" "#)
        let broken = head.dropLast(2) + "\n" + tail
        let later = MemoryLog(log.system.crashed())
        later.system.setBytes(Array(broken.utf8), of: path)
        #expect(throws: AuditError.self) { _ = try later.reopen() }
        journal.close()
    }

    @Test func aBatchBehindABrokenOneIsDamageEvenWithLostSectors() throws {
        let (log, _, path, batch) = try log(fillBytes: 0, lastBatch: 6)
        let journal = try Journal.open(log.configuration(), system: log.system)
        try commit(20..<21, in: journal.makeLane())
        let later = MemoryLog(log.system.crashed())
        var bytes = later.system.bytes(of: path)
        let sector = batch.lowerBound / 512 + 1
        for place in sector * 512..<(sector + 1) * 512 { bytes[place] = 10 }
        later.system.setBytes(bytes, of: path)
        #expect(throws: AuditError.self) { _ = try later.reopen() }
        journal.close()
    }

    @Test func aSegmentThatWasOnlyBegunIsSetAside() throws {
        let (log, acknowledged, _, _) = try log(fillBytes: 0, lastBatch: 3)
        let size = log.lines().filter { $0.hasPrefix(#"{"seq"#) }.count
        let digits = String(size + 1)
        let name = String(repeating: "0", count: 20 - digits.count) + digits + ".jsonl"
        for content in ["", "\n\n\n", #"{"seq":\#(size + 1),"time":"#] {
            let crashed = MemoryLog(log.system.crashed())
            crashed.system.setBytes(Array(content.utf8), of: MemoryLog.folder + "/segments/" + name)
            _ = try crashed.reopen()
            #expect(crashed.holds(acknowledged))
            #expect(throws: Never.self) { _ = try crashed.verify().get() }
        }
    }
}
