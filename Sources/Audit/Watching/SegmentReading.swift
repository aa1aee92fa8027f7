import Glibc

/// Reads a segment back to see whether it holds what was written.
struct SegmentReading {
    let source: any ByteSource

    /// Whether a range of acknowledged bytes has no hole and begins and ends as it should.
    ///
    /// Before `start`, unless it is 0, stands the newline of a commit line that was read back before.
    func isWritten(
        from start: Int64, to end: Int64, endingWith commit: CommitLine
    ) throws(FileFault) -> Bool {
        var line: [UInt8] = []
        commit.append(to: &line)
        line.append(UInt8(ascii: "\n"))
        guard try isCommit(line, before: end) else { return false }
        // A line before the start that is not whole any more was cut off.
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

    private func isCommit(_ line: [UInt8], before end: Int64) throws(FileFault) -> Bool {
        var found = [UInt8](repeating: 0, count: line.count)
        let start = end - Int64(line.count)
        let result = found.withUnsafeMutableBytes { block in
            Result { () throws(FileFault) in
                start < 0 ? 0 : try source.read(at: start, into: block)
            }
        }
        return try result.get() == line.count && found == line
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
        let held = HeadBytes(base: source, end: end)
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
    let base: any ByteSource
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
