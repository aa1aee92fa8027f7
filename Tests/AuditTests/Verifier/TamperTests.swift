import Audit
import Support
import Testing

/// Whatever is changed in a log is found, and the place is named.
@Suite struct TamperTests {
    enum Tampering: CaseIterable {
        case flipByte, removeLine, swapLines, duplicateLine, cutMiddle, insertByte, removeByte
        case removeSegment, swapSegments, emptySegment, renameSegment
    }

    static func smallLog() throws -> MemoryLog {
        let log = MemoryLog()
        let journal = try Journal.open(log.configuration(segmentBytes: 6000), system: log.system)
        let lane = journal.makeLane()
        var number = 0
        for count in [1, 3, 2, 5, 1, 4, 2, 6, 1, 1, 3, 2, 5, 4, 1, 3] {
            try commit(number..<number + count, in: lane)
            number += count
        }
        journal.close()
        for path in log.segments {
            log.system.setBytes(
                log.system.bytes(of: path) + [UInt8](repeating: 10, count: 64), of: path)
        }
        return MemoryLog(log.system.crashed())
    }

    @Test func findsEveryKindOfTamperingAtRandomPlaces() throws {
        let original = try Self.smallLog()
        let whole = try original.verify().get()
        #expect(whole.segments >= 4)
        let seed = UInt64.random(in: 0...UInt64.max)
        print("tamper seed: \(seed)")
        var random = SeededGenerator(seed: seed)
        var runs = 0
        let rounds = Repetitions.of(110)
        for round in 0..<rounds {
            for kind in Tampering.allCases {
                let log = MemoryLog(original.system.crashed())
                guard let path = tamper(log, kind, &random) else { continue }
                runs += 1
                guard case .failure(let damage) = log.verify() else {
                    Issue.record("\(kind) not found, seed \(seed), round \(round), \(path)")
                    continue
                }
                #expect(!damage.reason.isEmpty)
                let isNamed = damage.line > 0 || damage.reason.contains("name")
                #expect(isNamed, "\(damage)")
                #expect(throws: AuditError.self, "\(kind), seed \(seed), round \(round)") {
                    try openUnlessRecovered(log, kind, path)
                }
            }
        }
        #expect(runs * 110 > 900 * rounds)
    }

    /// A tear of the last batch can't be told from some changes in it, so those may be recovered.
    private func openUnlessRecovered(
        _ log: MemoryLog, _ kind: Tampering, _ path: String
    ) throws {
        // Before opening: a last segment without a whole batch goes to quarantine altogether.
        let isLast = path == log.segments.last || kind == .removeSegment || kind == .emptySegment
        let seen = try log.reopen()
        let recovered = seen.isEmpty || log.lines().contains { $0.contains("log.recovered") }
        if isLast, recovered { throw AuditError.closed }
    }

    /// Changes the log and names the file, or nil if the change would be none.
    private func tamper(
        _ log: MemoryLog, _ kind: Tampering, _ random: inout SeededGenerator
    ) -> String? {
        let paths = log.segments
        let index = Int.random(in: 0..<paths.count, using: &random)
        let path = paths[index]
        let bytes = log.system.bytes(of: path)
        switch kind {
        case .flipByte, .insertByte, .removeByte, .cutMiddle:
            guard let changed = changeBytes(bytes, kind, &random) else { return nil }
            log.system.setBytes(changed, of: path)
        case .removeLine, .swapLines, .duplicateLine:
            guard let changed = changeLines(bytes, kind, index == paths.count - 1, &random) else {
                return nil
            }
            log.system.setBytes(changed, of: path)
        case .removeSegment, .emptySegment:
            guard index < paths.count - 1 else { return nil }
            log.system.setBytes(kind == .removeSegment ? nil : [], of: path)
        case .swapSegments:
            let other = paths[(index + 1) % paths.count]
            log.system.setBytes(log.system.bytes(of: other), of: path)
            log.system.setBytes(bytes, of: other)
        case .renameSegment:
            log.system.setBytes(nil, of: path)
            log.system.setBytes(bytes, of: path + "l")
        }
        return path
    }

    private func changeBytes(
        _ bytes: [UInt8], _ kind: Tampering, _ random: inout SeededGenerator
    ) -> [UInt8]? {
        var changed = bytes
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch kind {
        case .flipByte:
            changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case .insertByte:
            changed.insert(UInt8.random(in: 11...255, using: &random), at: place)
        case .removeByte:
            changed.remove(at: place)
        default:
            let content = bytes.count - 70
            let start = Int.random(in: 0..<content - 1, using: &random)
            changed.removeSubrange(start..<Int.random(in: start + 1..<content, using: &random))
        }
        return sameLines(changed, bytes) ? nil : changed
    }

    private func changeLines(
        _ bytes: [UInt8], _ kind: Tampering, _ isLast: Bool, _ random: inout SeededGenerator
    ) -> [UInt8]? {
        var lines = bytes.split(separator: 10)
        // Taking the log's last commit line away is seen; taking its last batch away can't be.
        let first = Int.random(in: 0..<lines.count - (isLast ? 1 : 0), using: &random)
        let second = Int.random(in: 0..<lines.count, using: &random)
        switch kind {
        case .removeLine: lines.remove(at: first)
        case .duplicateLine: lines.insert(lines[first], at: first)
        default:
            guard first != second else { return nil }
            lines.swapAt(first, second)
        }
        return Array(lines.joined(separator: [10])) + [10]
    }

    private func sameLines(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.split(separator: 10) == right.split(separator: 10) && left.last == right.last
    }
}
