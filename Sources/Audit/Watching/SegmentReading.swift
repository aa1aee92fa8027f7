import Glibc

/// Reads a segment back to see whether it holds what was written.
struct SegmentReading {
    let system: any FileSystem
    let file: OpenFile

    /// Whether a range of acknowledged bytes has no hole and begins and ends as it should.
    ///
    /// Before `start`, unless it is 0, stands the newline of a commit line that was read back before.
    func isWritten(
        from start: Int64, to end: Int64, endingWith commit: CommitLine
    ) throws(FileFault) -> Bool {
        var line: [UInt8] = []
        commit.append(to: &line)
        line.append(UInt8(ascii: "\n"))
        guard try system.readRange(file, from: end - Int64(line.count), count: line.count) == line
        else { return false }
        // A line before the start that is not whole any more was cut off.
        let source = FileBytes(system: system, file: file)
        var offset = max(0, start - Int64(Limits.commitTailBytes))
        // One block for all of it: it reads all that a busy log writes.
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Int(min(max(end - offset, 1), Int64(Limits.watchChunkBytes))), alignment: 1)
        defer { block.deallocate() }
        while offset < end {
            let wanted = min(end - offset, Int64(block.count))
            let count = try source.read(
                at: offset, into: UnsafeMutableRawBufferPointer(rebasing: block[..<Int(wanted)]))
            guard count > 0, !hasHole(block[..<count]) else { return false }
            offset += Int64(count)
        }
        return true
    }

    /// No line holds a zero byte, and a hole reads as nothing else.
    private func hasHole(_ bytes: Slice<UnsafeMutableRawBufferPointer>) -> Bool {
        let block = UnsafeRawBufferPointer(rebasing: bytes)
        return block.baseAddress.map { memchr($0, 0, block.count) != nil } ?? false
    }

    /// What is wrong with a segment that should hold what is known of it, or nil.
    func problem(with segment: KnownSegment) throws(FileFault) -> String? {
        var scanner = SegmentScanner(continuing: segment.start)
        var visitor = NoVisitor()
        let end = segment.isSealed ? Int64.max : segment.end
        let held = HeadBytes(base: FileBytes(system: system, file: file), end: end)
        if case .broken(let line, let reason) = try scanner.scan(held, visitor: &visitor) {
            return "line \(line): \(reason)"
        }
        guard scanner.lastCommit == segment.commit else {
            return "it holds other records than were written"
        }
        return nil
    }
}

/// The first bytes of a file.
private struct HeadBytes: ByteSource {
    let base: FileBytes
    let end: Int64

    func read(
        at offset: Int64, into bytes: UnsafeMutableRawBufferPointer
    ) throws(FileFault) -> Int {
        let count = min(Int64(bytes.count), end - offset)
        guard count > 0 else { return 0 }
        return try base.read(
            at: offset, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<Int(count)]))
    }
}
