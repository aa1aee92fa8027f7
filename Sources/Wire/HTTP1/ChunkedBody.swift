import NIOCore

/// Decodes a chunked body: no extensions, no trailers, CR LF only (RFC 9112 section 7.1).
struct ChunkedBody {
    private enum State { case size, data(Int), dataEnd, last }

    /// Hexadecimal digits of one chunk size.
    static let sizeDigitsMax = 8

    private(set) var body = ByteBuffer()
    private var state = State.size

    enum Step: Equatable { case needMore, complete, failed(WireProblem) }

    /// Takes what it can from the buffer.
    mutating func decode(_ buffer: inout ByteBuffer, bytesMax: Int) -> Step {
        while true {
            switch state {
            case .size:
                switch size(buffer) {
                case .needMore: return .needMore
                case .failed(let problem): return .failed(problem)
                case .size(let size, let length):
                    buffer.moveReaderIndex(forwardBy: length)
                    guard size <= bytesMax - body.readableBytes else {
                        return .failed(.bodyTooLarge)
                    }
                    state = size == 0 ? .last : .data(size)
                }
            case .data(let left):
                let count = min(left, buffer.readableBytes)
                if var part = buffer.readSlice(length: count) { body.writeBuffer(&part) }
                if count < left {
                    state = .data(left - count)
                    return .needMore
                }
                state = .dataEnd
            case .dataEnd, .last:
                switch lineEnd(&buffer) {
                case .needMore: return .needMore
                case .failed: return .failed(isLast ? .trailers : .chunk)
                case .complete where isLast: return .complete
                case .complete: state = .size
                }
            }
        }
    }

    private var isLast: Bool {
        if case .last = state { true } else { false }
    }

    private func lineEnd(_ buffer: inout ByteBuffer) -> Step {
        guard let first = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) else {
            return .needMore
        }
        guard first == Bytes.carriageReturn else { return .failed(.chunk) }
        guard let second = buffer.getInteger(at: buffer.readerIndex + 1, as: UInt8.self) else {
            return .needMore
        }
        guard second == Bytes.lineFeed, buffer.readableBytes >= 2 else { return .failed(.chunk) }
        buffer.moveReaderIndex(forwardBy: 2)
        return .complete
    }

    private enum SizeStep { case needMore, size(Int, length: Int), failed(WireProblem) }

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
            guard index > 0, bytes[index] == Bytes.carriageReturn else { return .failed(.chunk) }
            guard index &+ 1 < bytes.count else { return .needMore }
            guard bytes[index &+ 1] == Bytes.lineFeed else { return .failed(.chunk) }
            return .size(value, length: index &+ 2)
        }
    }
}
