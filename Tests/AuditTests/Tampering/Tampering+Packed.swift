import Audit
import Support

/// Ways in which somebody changes a packed segment's own bytes.
extension Tampering {
    /// Whether a start that has the segment's seal need not look at what was changed.
    var isBesideTheLog: Bool { self == .plainBesidePacked }

    /// Changes a packed segment; nil where it says the same as before, or the segment is not packed.
    func changePacked(
        _ log: MemoryLog, _ lines: LogLines, _ segment: Int, _ random: inout SeededGenerator
    ) throws -> Place? {
        let path = lines.paths[segment]
        guard path.hasSuffix(".gz") else { return nil }
        if self == .plainBesidePacked { return putPlainBeside(log, lines, segment, &random) }
        let written = log.written(path)
        let bytes = try changed(log.system.bytes(of: path), of: written, &random)
        let found = GzipBytes.unpackable(bytes)
        guard !found.isWhole || found.bytes != written else { return nil }
        log.system.setBytes(bytes, of: path)
        var changed = lines
        let split = found.bytes.split(separator: 10, omittingEmptySubsequences: false)
        // What can't be unpacked stands where the rest would be.
        changed.segments[segment] =
            (found.isWhole && found.bytes.last == 10 ? split.dropLast() : split).map { Array($0) }
        return Self.place(changed, segment, before: lines.segments[segment])
    }

    private func changed(
        _ packed: [UInt8], of written: [UInt8], _ random: inout SeededGenerator
    ) throws -> [UInt8] {
        var bytes = packed
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch self {
        case .bendPacked: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case .cutPacked: bytes.removeSubrange(place...)
        case .dropPacked: bytes.remove(at: place)
        case .insertPacked: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case .emptyPacked: bytes = []
        case .plainInPacked: bytes = written
        case .bombPacked:
            // Zeros: blank lines say nothing.
            let line = written.indices.filter { written[$0] == 10 }.randomElement(using: &random)
            let head = written[...(line ?? 0)]
            let zeros = [UInt8](repeating: 0, count: 4 * Limits.lineBytesMax)
            bytes = try GzipBytes.packed(head + zeros + written[head.count...])
        default:
            // The same again, as two parts of gzip may stand behind each other; or anything.
            bytes +=
                Bool.random(using: &random) ? packed : [UInt8.random(in: 0...255, using: &random)]
        }
        return bytes
    }

    /// Of two forms the plain one is what counts where no seal says otherwise.
    private func putPlainBeside(
        _ log: MemoryLog, _ lines: LogLines, _ segment: Int, _ random: inout SeededGenerator
    ) -> Place? {
        var changed = lines
        let line = Int.random(in: 0..<lines.segments[segment].count, using: &random)
        guard !LogLines.isCommit(lines.segments[segment][line]) else { return nil }
        changed.segments[segment][line] = LogLines.edited(changed.segments[segment][line], &random)
        let path = String(lines.paths[segment].dropLast(3))
        log.system.setBytes(LogLines.bytes(changed.segments[segment]), of: path)
        let place = Self.place(changed, segment, before: lines.segments[segment])
        return place.map { Place(file: path, lines: $0.lines) }
    }
}
