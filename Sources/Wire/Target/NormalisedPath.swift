public import NIOCore

/// A path that has one spelling only, as decoded segments.
///
/// RFC 3986 section 3.3, made narrower: whatever two readers could take differently is refused, namely empty and dot
/// segments, escaped slashes, backslashes, percent signs, semicolons and control bytes, and everything outside ASCII.
public struct NormalisedPath {
    /// Segments of one path.
    public static let segmentsMax = 16

    /// The number of segments; `/` has none.
    public private(set) var count = 0
    /// True if a slash follows the last segment.
    public private(set) var hasTrailingSlash = false

    private var storage: ByteBuffer
    private var segments = InlineArray<16, ByteRange>(repeating: .none)

    /// Takes a path apart.
    ///
    /// - Throws: `TargetProblem` naming what is not canonical.
    public init(_ path: ByteBuffer) throws(TargetProblem) {
        storage = path
        var problem: TargetProblem?
        var escaped = false
        path.withUnsafeReadableBytes { bytes in
            escaped = Bytes.index(of: 0x25, in: bytes, from: 0) != nil
            if !escaped { problem = split(bytes) }
        }
        if let problem { throw problem }
        guard escaped else { return }
        storage = try Self.decoded(path)
        storage.withUnsafeReadableBytes { problem = split($0) }
        if let problem { throw problem }
    }

    /// Reads one segment's decoded bytes; nil past the end.
    @inline(__always)
    public func withSegment<R>(_ index: Int, _ read: (UnsafeRawBufferPointer) -> R) -> R? {
        guard index >= 0, index < count else { return nil }
        return storage.withUnsafeReadableBytes { read(segments[index].of($0)) }
    }

    /// True if the segment is there and equals the text.
    @inline(__always)
    public func segment(_ index: Int, equals text: StaticString) -> Bool {
        withSegment(index) { Bytes.equal($0, text) } ?? false
    }

    /// One decoded segment; nil past the end.
    public func segment(_ index: Int) -> String? {
        withSegment(index) { String(decoding: $0, as: UTF8.self) }
    }

    private mutating func split(_ bytes: UnsafeRawBufferPointer) -> TargetProblem? {
        guard bytes.first == 0x2F else { return .notAbsolute }
        var start = 1
        while start < bytes.count {
            let end = Bytes.index(of: 0x2F, in: bytes, from: start) ?? bytes.count
            if let problem = Self.problem(in: Bytes.part(bytes, start, end)) { return problem }
            guard count < Self.segmentsMax else { return .tooManySegments }
            segments[count] = ByteRange(start, end)
            count += 1
            hasTrailingSlash = end == bytes.count - 1
            start = end + 1
        }
        return nil
    }

    private static func problem(in segment: UnsafeRawBufferPointer) -> TargetProblem? {
        guard let first = segment.first, let last = segment.last else { return .emptySegment }
        if last == 0x2E {
            return Bytes.equal(segment, ".") || Bytes.equal(segment, "..")
                ? .dotSegment : .trailingDot
        }
        if first == Bytes.space || last == Bytes.space { return .outsideSpace }
        for byte in segment where !isSegmentByte(byte) { return .forbiddenByte }
        return nil
    }

    /// Unreserved, sub-delimiters but `;`, `:`, `@`, and what only an escape can bring: space and `"<>[]^`{|}?#`.
    @inline(__always)
    private static func isSegmentByte(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != 0x3B && byte != 0x5C && byte != 0x25
    }

    private static func decoded(_ path: ByteBuffer) throws(TargetProblem) -> ByteBuffer {
        var output = ByteBuffer()
        output.reserveCapacity(path.readableBytes)
        var problem: TargetProblem?
        path.withUnsafeReadableBytes { bytes in
            var index = 0
            while index < bytes.count, problem == nil {
                if bytes[index] != 0x25 {
                    output.writeInteger(bytes[index])
                    index += 1
                } else if let byte = Escape.decode(bytes, at: index) {
                    if isForbiddenEscape(byte) { problem = .forbiddenEscape }
                    output.writeInteger(byte)
                    index += 3
                } else {
                    problem = .badEscape
                }
            }
        }
        if let problem { throw problem }
        return output
    }

    private static func isForbiddenEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte >= 0x7F || byte == 0x2F || byte == 0x5C || byte == 0x25 || byte == 0x3B
    }
}

/// Percent escapes (RFC 3986 section 2.1).
enum Escape {
    /// The byte that the escape at `index` stands for; nil if it is none.
    @inline(__always)
    static func decode(_ bytes: UnsafeRawBufferPointer, at index: Int) -> UInt8? {
        guard index &+ 2 < bytes.count,
            let high = Bytes.hexadecimal(bytes[index &+ 1]),
            let low = Bytes.hexadecimal(bytes[index &+ 2])
        else { return nil }
        return high &<< 4 | low
    }
}
