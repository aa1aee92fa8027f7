import Audit
import Support

/// One way in which somebody who has the disk changes a log.
enum Tampering: String, CaseIterable {
    case flipBit, editValue, editCommit, insertRecord, insertBatch, deleteLine, deleteBatch
    case swapLines, swapBatches, duplicateLine, duplicateBatch, cutMiddle, forgeBatch
    case removeSegment, swapSegments, exchangeSegment, renameSegment, cutSegment
    // Of packed segments alone.
    case bendPacked, cutPacked, dropPacked, insertPacked, appendPacked, emptyPacked, plainInPacked
    case bombPacked, plainBesidePacked

    /// Where the damage is to be named: a file, and lines of which one is named; a root covers a batch, so any of its lines may be.
    struct Place {
        let file: String
        let lines: ClosedRange<Int>
    }

    /// Changes the log; nil where it can't at the place that was drawn.
    func change(
        _ log: MemoryLog, other: MemoryLog, _ random: inout SeededGenerator
    ) throws -> Place? {
        var lines = LogLines(log)
        let segment = Int.random(in: 0..<lines.paths.count, using: &random)
        switch self {
        case .flipBit, .cutMiddle: return try changeBytes(log, lines, segment, &random)
        case .removeSegment, .swapSegments, .exchangeSegment, .renameSegment, .cutSegment:
            return try changeSegment(log, lines, segment, other, &random)
        case .forgeBatch: return try forge(log, &lines, segment, &random)
        case .bendPacked, .cutPacked, .dropPacked, .insertPacked, .appendPacked, .emptyPacked,
            .plainInPacked, .bombPacked, .plainBesidePacked:
            return try changePacked(log, lines, segment, &random)
        default:
            let before = lines.segments[segment]
            guard changeLines(&lines, segment, &random) else { return nil }
            try lines.put(segment, into: log)
            // What was inserted whole is right by itself: the first to be wrong is what stands behind it.
            return Self.place(
                lines, segment, before: before, passing: self == .insertBatch ? 2 : 0)
        }
    }

    private func changeBytes(
        _ log: MemoryLog, _ lines: LogLines, _ segment: Int, _ random: inout SeededGenerator
    ) throws -> Place? {
        let path = lines.paths[segment]
        var bytes = log.written(path)
        let last = lines.segments[segment].last?.count ?? 0
        let place = Int.random(in: 0..<bytes.count - 1, using: &random)
        if self == .flipBit {
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        } else {
            let end = bytes.count - last - 2
            guard place < end else { return nil }
            bytes.removeSubrange(place..<Int.random(in: place + 1...end, using: &random))
        }
        try log.write(bytes, in: path)
        var changed = lines
        let split = bytes.split(separator: 10, omittingEmptySubsequences: false)
        changed.segments[segment] = split.dropLast().map { Array($0) }
        return Self.place(changed, segment, before: lines.segments[segment])
    }

    private func changeLines(
        _ lines: inout LogLines, _ segment: Int, _ random: inout SeededGenerator
    ) -> Bool {
        let batches = lines.batches(of: segment)
        let isLast = segment == lines.paths.count - 1
        let index = Int.random(in: 0..<batches.count, using: &random)
        let batch = batches[index]
        let line = Int.random(in: batch, using: &random)
        let commit = batch.upperBound - 1
        var all = lines.segments[segment]
        switch self {
        case .editValue:
            all[line] = LogLines.edited(all[line], &random)
        case .editCommit:
            all[commit] = Self.editedCommit(all[commit], &random)
        case .insertRecord:
            // As if it had been there: with the number that is due.
            all.insert(all[batch.lowerBound], at: Int.random(in: batch, using: &random))
        case .insertBatch:
            // Before its first record a segment has another fault: it does not go on from anything.
            guard batch.lowerBound > 0 else { return false }
            all.insert(
                contentsOf: forgedBatch(lines, segment, before: batch.lowerBound),
                at: batch.lowerBound)
        case .deleteLine: all.remove(at: line)
        case .deleteBatch:
            guard !isLast || index < batches.count - 1 else { return false }
            all.removeSubrange(batch)
        case .swapLines:
            let other = Int.random(in: all.indices, using: &random)
            guard other != line else { return false }
            all.swapAt(line, other)
        case .swapBatches:
            guard index > 0 else { return false }
            let moved = Array(all[batch])
            all.removeSubrange(batch)
            all.insert(contentsOf: moved, at: batches[index - 1].lowerBound)
        case .duplicateLine: all.insert(all[line], at: line)
        default: all.insert(contentsOf: all[batch], at: batch.upperBound)
        }
        guard all != lines.segments[segment] else { return false }
        lines.segments[segment] = all
        return true
    }

    private static func editedCommit(
        _ line: LogLines.Line, _ random: inout SeededGenerator
    ) -> LogLines.Line {
        var line = line
        let places = line.indices.dropFirst(24).filter { index in
            let byte = line[index]
            return (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
        }
        if let place = places.randomElement(using: &random) { line[place] ^= 1 }
        return line
    }

    /// A record and its commit line that are right by themselves.
    private func forgedBatch(
        _ lines: LogLines, _ segment: Int, before line: Int
    ) -> [LogLines.Line] {
        var tree = lines.tree(before: line, of: segment)
        let time = "2026-11-29T12:00:00.000000000Z"
        let record = Array(
            #"{"seq":\#(tree.size + 1),"time":"\#(time)","type":"system","action":"session.forged"}"#
                .utf8)
        tree.append(MerkleTree.leafHash(of: record))
        return [record, LogLines.commit(tree, records: 1)]
    }

    /// A record is changed and its own batch's root made right: what is behind it does not fit.
    private func forge(
        _ log: MemoryLog, _ lines: inout LogLines, _ segment: Int, _ random: inout SeededGenerator
    ) throws -> Place? {
        let batches = lines.batches(of: segment)
        let index = Int.random(in: 0..<batches.count, using: &random)
        let batch = batches[index]
        let line = Int.random(in: batch.dropLast(), using: &random)
        // A segment's header is bound to what is before it.
        guard line > 0 else { return nil }
        lines.segments[segment][line] = LogLines.edited(lines.segments[segment][line], &random)
        let tree = lines.tree(before: batch.upperBound, of: segment)
        lines.segments[segment][batch.upperBound - 1] = LogLines.commit(
            tree, records: batch.count - 1)
        try lines.put(segment, into: log)
        if index + 1 < batches.count {
            return Place(
                file: lines.paths[segment],
                lines: batches[index + 1].lowerBound + 1...batches[index + 1].upperBound)
        }
        guard segment + 1 < lines.paths.count else { return nil }
        return Place(file: lines.paths[segment + 1], lines: 1...1)
    }

    private func changeSegment(
        _ log: MemoryLog, _ lines: LogLines, _ segment: Int, _ other: MemoryLog,
        _ random: inout SeededGenerator
    ) throws -> Place? {
        let system = log.system
        guard segment + 1 < lines.paths.count else { return nil }
        let (path, next) = (lines.paths[segment], lines.paths[segment + 1])
        let bytes = system.bytes(of: path)
        switch self {
        case .removeSegment:
            system.setBytes(nil, of: path)
            return Place(file: next, lines: 1...1)
        case .renameSegment:
            system.setBytes(nil, of: path)
            system.setBytes(bytes, of: path + "l")
            return Place(file: next, lines: 1...1)
        case .swapSegments:
            let second = Int.random(in: segment + 1..<lines.paths.count, using: &random)
            system.setBytes(system.bytes(of: lines.paths[second]), of: path)
            system.setBytes(bytes, of: lines.paths[second])
            return Place(file: path, lines: 1...1)
        case .exchangeSegment:
            // Of a log of another history; by its name, or in place of the first.
            let names = other.segments.filter { $0 == path }
            guard let name = names.first ?? other.segments.last else { return nil }
            let held = other.system.bytes(of: name)
            guard held != bytes else { return nil }
            system.setBytes(held, of: path)
            // The first segment continues nothing, so it is right by itself.
            return Place(file: segment == 0 && name == path ? next : path, lines: 1...1)
        default:
            // Whole batches from its end on: right by itself, but the next segment goes on from more.
            let batches = lines.batches(of: segment)
            guard batches.count > 1 else { return nil }
            let kept = batches[Int.random(in: 0..<batches.count - 1, using: &random)].upperBound
            try log.write(LogLines.bytes(Array(lines.segments[segment][..<kept])), in: path)
            return Place(file: next, lines: 1...1)
        }
    }

    /// The batch of the first line that is another, as the file stands now.
    static func place(
        _ lines: LogLines, _ segment: Int, before: [LogLines.Line], passing: Int = 0
    ) -> Place? {
        let after = lines.segments[segment]
        let same = zip(before, after).prefix { $0 == $1 }.count + passing
        if same == after.count, after.last.map(LogLines.isCommit) == true {
            // Whole batches are gone from its end.
            guard segment + 1 < lines.paths.count else { return nil }
            return Place(file: lines.paths[segment + 1], lines: 1...1)
        }
        let first = after[..<same].lastIndex(where: LogLines.isCommit).map { $0 + 1 } ?? 0
        let last =
            after[same...].firstIndex(where: LogLines.isCommit) ?? max(after.count - 1, first)
        return Place(file: lines.paths[segment], lines: first + 1...last + 1)
    }
}
