import NIOCore

/// Decodes a chunked body (RFC 9112 section 7.1).
///
/// Chunk extensions and trailer fields are read and dropped within a bound for the whole request; lines end in CR LF only,
/// since two readers that take a bare CR or LF differently see two different requests.
struct ChunkedBody {
    private enum State { case size, data(Int), dataEnd, trailers }

    /// Hexadecimal digits of one chunk size.
    static let sizeDigitsMax = 8

    private(set) var body = ByteBuffer()
    private var state = State.size
    private var dropped = 0

    enum Step: Equatable { case needMore, complete, failed(WireProblem) }

    /// Takes what it can from the buffer.
    mutating func decode(_ buffer: inout ByteBuffer, bytesMax: Int) -> Step {
        while true {
            switch state {
            case .size:
                switch size(buffer) {
                case .needMore: return .needMore
                case .failed(let problem): return .failed(problem)
                case .size(let size, let extensionBytes, let length):
                    buffer.moveReaderIndex(forwardBy: length)
                    dropped += extensionBytes
                    guard size <= bytesMax - body.readableBytes else {
                        return .failed(.bodyTooLarge)
                    }
                    state = size == 0 ? .trailers : .data(size)
                }
            case .data(let left):
                let count = min(left, buffer.readableBytes)
                if var part = buffer.readSlice(length: count) { body.writeBuffer(&part) }
                if count < left {
                    state = .data(left - count)
                    return .needMore
                }
                state = .dataEnd
            case .dataEnd:
                switch line(buffer, upTo: 0) {
                case .needMore: return .needMore
                case .failed: return .failed(.chunk)
                case .line(let end): buffer.moveReaderIndex(forwardBy: end + 2)
                }
                state = .size
            case .trailers:
                switch line(buffer, upTo: Limits.droppedBytesMax - dropped) {
                case .needMore: return .needMore
                case .failed: return .failed(.trailers)
                case .line(let end):
                    guard end == 0 || isField(buffer, end) else { return .failed(.trailers) }
                    buffer.moveReaderIndex(forwardBy: end + 2)
                    if end == 0 { return .complete }
                    dropped += end
                }
            }
        }
    }

    private enum LineStep { case needMore, failed, line(end: Int) }

    /// Finds the end of the line that begins the buffer, after at most so many bytes.
    private func line(_ buffer: ByteBuffer, upTo bytesMax: Int) -> LineStep {
        buffer.withUnsafeReadableBytes { Self.line($0, from: 0, upTo: bytesMax) }
    }

    private static func line(
        _ bytes: UnsafeRawBufferPointer, from start: Int, upTo bytesMax: Int
    ) -> LineStep {
        var index = start
        while index < bytes.count, bytes[index] != Bytes.carriageReturn {
            guard index - start < bytesMax, bytes[index] != Bytes.lineFeed else { return .failed }
            index &+= 1
        }
        guard index &+ 1 < bytes.count else { return .needMore }
        return bytes[index &+ 1] == Bytes.lineFeed ? .line(end: index) : .failed
    }

    /// A trailer is judged as a header is, and then forgotten: it never becomes one.
    private func isField(_ buffer: ByteBuffer, _ end: Int) -> Bool {
        buffer.withUnsafeReadableBytes { bytes in
            var colon = 0
            while colon < end, Bytes.isHeaderName(bytes[colon]) { colon &+= 1 }
            guard colon > 0, colon < end, bytes[colon] == Bytes.colon else { return false }
            return Bytes.isFieldValue(Bytes.part(bytes, colon + 1, end))
        }
    }

    private enum SizeStep {
        case needMore, size(Int, extensionBytes: Int, length: Int), failed(WireProblem)
    }

    private func size(_ buffer: ByteBuffer) -> SizeStep {
        buffer.withUnsafeReadableBytes { bytes in
            var value = 0
            var index = 0
            while index < bytes.count, let digit = Bytes.hexadecimal(bytes[index]) {
                guard index < Self.sizeDigitsMax else { return .failed(.chunk) }
                value = value &<< 4 | Int(digit)
                index &+= 1
            }
            guard index < bytes.count else { return .needMore }
            guard index > 0 else { return .failed(.chunk) }
            let mayExtend = bytes[index] == 0x3B
            let allowance = mayExtend ? Limits.droppedBytesMax - dropped : 0
            switch Self.line(bytes, from: index, upTo: allowance) {
            case .needMore: return .needMore
            case .failed: return .failed(.chunk)
            case .line(let end):
                guard Bytes.isFieldValue(Bytes.part(bytes, index, end)) else {
                    return .failed(.chunk)
                }
                return .size(value, extensionBytes: end - index, length: end &+ 2)
            }
        }
    }
}
