import Glibc

/// One line of a segment; its bytes are valid until the reader's next step.
struct ScannedLine {
    var bytes: UnsafeRawBufferPointer
    /// Where the line begins in the file.
    var offset: Int64
    /// The line's number in the file, from 1, blank lines counted.
    var number: Int
    /// Whether a newline ends it.
    var isTerminated: Bool

    /// The offset behind the line and its newline.
    var end: Int64 { offset + Int64(bytes.count) + (isTerminated ? 1 : 0) }
}

/// Where reading goes on: a byte, and how many lines stand before it.
struct ScanPosition: Equatable {
    var offset: Int64 = 0
    var linesBefore = 0
}

/// Reads a file line by line, passing over blank lines, in memory that does not grow with the file.
final class LineReader {
    private let source: any ByteSource
    private let window: UnsafeMutableRawBufferPointer
    /// The unread bytes of the window, and where the first of them stands in the file.
    private var start = 0
    private var end = 0
    private var position: ScanPosition
    private var isAtEnd = false

    init(_ source: any ByteSource, from position: ScanPosition = ScanPosition()) {
        self.source = source
        self.position = position
        window = .allocate(byteCount: 1 << 20, alignment: 16)
    }

    deinit { window.deallocate() }

    /// How many lines were read.
    var lines: Int { position.linesBefore }

    /// The next line that is not blank, or nil at the end of the file.
    ///
    /// A line longer than the limit comes back cut and not terminated.
    func next() throws(FileFault) -> ScannedLine? {
        while true {
            skipBlankLines()
            if start < end { break }
            if isAtEnd { return nil }
            try refill()
        }
        var length = newline()
        while length == nil, !isAtEnd, end - start <= Limits.lineBytesMax {
            try refill()
            length = newline()
        }
        let count = min(length ?? (end - start), Limits.lineBytesMax + 1)
        let isTerminated = length == count
        let line = ScannedLine(
            bytes: UnsafeRawBufferPointer(rebasing: window[start..<start + count]),
            offset: position.offset, number: position.linesBefore + 1, isTerminated: isTerminated)
        advance(by: count + (isTerminated ? 1 : 0), lines: isTerminated ? 1 : 0)
        return line
    }

    private func newline() -> Int? {
        guard let base = window.baseAddress, start < end else { return nil }
        guard let found = memchr(base + start, 0x0A, end - start) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base + start)
    }

    private func skipBlankLines() {
        var count = 0
        while start + count + 8 <= end,
            window.loadUnaligned(fromByteOffset: start + count, as: UInt64.self)
                == 0x0A0A_0A0A_0A0A_0A0A
        { count += 8 }
        while start + count < end, window[start + count] == 0x0A { count += 1 }
        advance(by: count, lines: count)
    }

    private func advance(by count: Int, lines: Int) {
        start += count
        position.offset += Int64(count)
        position.linesBefore += lines
    }

    private func refill() throws(FileFault) {
        if start > 0, let base = window.baseAddress {
            memmove(base, base + start, end - start)
            end -= start
            start = 0
        }
        let free = UnsafeMutableRawBufferPointer(rebasing: window[end...])
        let count = try source.read(at: position.offset + Int64(end), into: free)
        end += count
        isAtEnd = count == 0
    }
}
