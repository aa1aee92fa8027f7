@testable import Audit
import Testing

/// 1,000 changes of a signed log at random places: each is found, at its place.
@Suite struct EvidenceTamperTests {
    enum Tampering: CaseIterable {
        case edit, insert, delete, reorder, duplicate, cutMiddle, cutTail, swapKeys, swapSegments
    }

    struct Place {
        var path: String
        /// The lines, from 1, of which any may be named.
        var lines: ClosedRange<Int>
    }

    /// A log with its keys, and what an auditor kept of it.
    struct Signed {
        var log: MemoryLog
        var keys: [VerifierKey]
        var anchor: SignedCheckpoint

        init() throws {
            log = try NotaryTests.log(batches: 40)
            let evidence = LogEvidence(
                system: log.system, layout: LogLayout(directory: MemoryLog.folder))
            keys = try evidence.keys()
            anchor = try #require(try evidence.checkpoint())
        }

        func verify(
            _ log: MemoryLog, isAnchored: Bool = false
        ) -> Result<VerifyReport, LogDamage> {
            var options = VerifyOptions()
            options.keys = keys
            if isAnchored { options.anchors = [.checkpoint(anchor)] }
            return LogVerifier.verify(
                directory: MemoryLog.folder, system: log.system, options: options, liveRetries: 1)
        }
    }

    @Test func findsEachOfAThousandChangesAtItsPlace() throws {
        let original = try Signed()
        let forged = try NotaryTests.log(batches: 40)
        let report = try original.verify(original.log, isAnchored: true).get()
        #expect(report.segments >= 4)
        #expect(report.claims.allSatisfy { $0.state == .holds })
        let seed = UInt64.random(in: 0...UInt64.max)
        print("evidence tamper seed: \(seed)")
        var random = SplitMix(state: seed)
        var runs = 0
        while runs < 1000 {
            let kind = Tampering.allCases[runs % Tampering.allCases.count]
            let log = MemoryLog(original.log.system.crashed())
            guard let place = try tamper(log, kind, forged, &random) else { continue }
            runs += 1
            let label: Comment = "\(kind), run \(runs), seed \(seed), \(place)"
            if kind == .cutTail {
                let blind = original.verify(log)
                let tail = try blind.get().claims.first { $0.name == "tail" }
                #expect(tail?.state == .notChecked, label)
            }
            guard case .failure(let damage) = original.verify(log, isAnchored: true) else {
                Issue.record("not found: \(label)")
                continue
            }
            #expect(damage.file == place.path, label)
            #expect(place.lines.contains(damage.line), "\(damage) \(label)")
        }
    }

    private func tamper(
        _ log: MemoryLog, _ kind: Tampering, _ forged: MemoryLog, _ random: inout SplitMix
    ) throws -> Place? {
        let paths = log.segments
        let index = Int.random(in: 0..<paths.count, using: &random)
        let path = paths[index]
        var lines = log.system.bytes(of: path).split(separator: 10).map { Array($0) }
        let first = Int.random(in: 0..<lines.count, using: &random)
        let second = Int.random(in: 0..<lines.count, using: &random)
        var place = Place(path: path, lines: batch(of: first, in: lines))
        switch kind {
        case .edit:
            let column = Int.random(in: 0..<lines[first].count, using: &random)
            lines[first][column] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case .insert:
            lines.insert(index % 2 == 0 ? lines[second] : Array("{}".utf8), at: first)
        case .delete:
            // The last commit line of all: what is behind it is then cut off, which is another kind.
            guard index < paths.count - 1 || first < lines.count - 1 else { return nil }
            if isCommit(lines[first]), first + 1 < lines.count {
                // Two batches become one, whose commit line counts wrong.
                let merged = batch(of: first + 1, in: lines)
                place.lines = place.lines.lowerBound...merged.upperBound
            }
            lines.remove(at: first)
        case .reorder:
            guard lines[first] != lines[second] else { return nil }
            lines.swapAt(first, second)
            place.lines = batch(of: min(first, second), in: lines)
            let before = log.system.bytes(of: path).split(separator: 10).map { Array($0) }
            let old = batch(of: min(first, second), in: before)
            place.lines =
                min(
                    old.lowerBound, place.lines.lowerBound)...max(
                    old.upperBound, place.lines.upperBound)
        case .duplicate: lines.insert(lines[first], at: first)
        case .cutMiddle:
            guard first < second, second < lines.count - 1 else { return nil }
            let end = batch(of: second, in: lines).upperBound - second + first + 1
            place.lines = batch(of: first, in: lines).lowerBound...max(end, first + 2)
            lines.removeSubrange(first..<second)
        case .cutTail: return try cutTail(log, &random)
        case .swapKeys:
            for other in log.segments { log.system.setBytes(nil, of: other) }
            for other in forged.segments {
                log.system.setBytes(forged.system.bytes(of: other), of: other)
            }
            let checkpoint = MemoryLog.folder + "/checkpoint"
            log.system.setBytes(forged.system.bytes(of: checkpoint), of: checkpoint)
            return try firstCheckpoint(in: forged)
        case .swapSegments:
            guard paths.count > 1 else { return nil }
            let other = paths[(index + 1) % paths.count]
            let bytes = log.system.bytes(of: path)
            log.system.setBytes(log.system.bytes(of: other), of: path)
            log.system.setBytes(bytes, of: other)
            return Place(path: min(path, other), lines: 1...1)
        }
        log.system.setBytes(Array(lines.joined(separator: [10])) + [10], of: path)
        return place
    }

    /// Takes whole batches off the end, and puts the checkpoint back that the log carries itself.
    private func cutTail(_ log: MemoryLog, _ random: inout SplitMix) throws -> Place? {
        let paths = log.segments
        let keptSegments = Int.random(in: 1...paths.count, using: &random)
        for path in paths[keptSegments...] { log.system.setBytes(nil, of: path) }
        let path = paths[keptSegments - 1]
        var lines = log.system.bytes(of: path).split(separator: 10).map { Array($0) }
        let commits = lines.indices.filter { isCommit(lines[$0]) }
        guard let end = commits.randomElement(using: &random) else { return nil }
        if keptSegments == paths.count, end == lines.count - 1 { return nil }
        lines.removeSubrange((end + 1)...)
        log.system.setBytes(Array(lines.joined(separator: [10])) + [10], of: path)
        let notes = log.lines().compactMap { line in
            Array(line.utf8).withUnsafeBytes { CommitLine.parse($0)?.checkpoint }
        }
        log.system.setBytes(
            notes.last.map { Array($0.utf8) }, of: MemoryLog.folder + "/checkpoint")
        return Place(path: path, lines: end + 1...end + 1)
    }

    /// The first line with a checkpoint, which the original key did not sign.
    private func firstCheckpoint(in log: MemoryLog) throws -> Place? {
        for path in log.segments {
            let lines = log.system.bytes(of: path).split(separator: 10)
            for (index, line) in lines.enumerated()
            where Array(line).withUnsafeBytes({ CommitLine.parse($0)?.checkpoint }) != nil {
                return Place(path: path, lines: index + 1...index + 1)
            }
        }
        return nil
    }

    /// The lines, from 1, from the one behind the commit line before to the one behind its own.
    private func batch(of index: Int, in lines: [[UInt8]]) -> ClosedRange<Int> {
        let start = lines[..<index].lastIndex { isCommit($0) }.map { $0 + 1 } ?? 0
        let end = lines[index...].firstIndex { isCommit($0) } ?? lines.count - 1
        return start + 1...min(end + 2, lines.count + 1)
    }

    private func isCommit(_ line: [UInt8]) -> Bool {
        line.starts(with: Array(#"{"type":"commit""#.utf8))
    }
}
