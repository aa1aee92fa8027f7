import NIOCore

/// Turns the bytes of one HTTP/1.1 connection into requests.
///
/// The caller keeps what is left in the buffer and presents it again with more behind it. After a failure not one byte
/// more is looked at.
struct HTTP1Decoder {
    enum Step {
        case needMore
        /// The head is within the limits, its body is awaited, and the peer wants to be told so.
        case sendContinue
        case request(Request)
        case failed(WireProblem)
    }

    /// Where the decoder is, for deadlines.
    enum Phase { case head, body, failed }

    private enum State {
        case head(HTTP1Head)
        case length(Head, ByteBuffer, body: ByteBuffer)
        case chunked(Head, ByteBuffer, ChunkedBody)
        case failed
    }

    private let limits: Limits
    private var state = State.head(HTTP1Head())

    init(limits: Limits) {
        self.limits = limits
    }

    var phase: Phase {
        switch state {
        case .head: .head
        case .length, .chunked: .body
        case .failed: .failed
        }
    }

    /// Body bytes taken so far of a body that is not complete.
    var bodyBytes: Int {
        switch state {
        case .head, .failed: 0
        case .length(_, _, let body): body.readableBytes
        case .chunked(_, _, let chunks): chunks.body.readableBytes
        }
    }

    /// Takes one step.
    mutating func next(_ buffer: inout ByteBuffer) -> Step {
        switch state {
        case .head(var parser):
            state = .failed
            let step = buffer.withUnsafeReadableBytes { parser.parse($0, limits: limits) }
            switch step {
            case .needMore:
                state = .head(parser)
                return .needMore
            case .failed(let problem): return .failed(problem)
            case .complete(let length): return begin(parser.head, length: length, &buffer)
            }
        case .length(let head, let storage, var body):
            state = .failed
            return takeLength(head, storage, &body, &buffer)
        case .chunked(let head, let storage, var chunks):
            state = .failed
            return takeChunks(head, storage, &chunks, &buffer)
        case .failed:
            return .needMore
        }
    }

    private mutating func begin(_ head: Head, length: Int, _ buffer: inout ByteBuffer) -> Step {
        let count = head.contentLength ?? 0
        guard count <= limits.bodyBytesMax else { return .failed(.bodyTooLarge) }
        var storage = buffer
        storage.moveWriterIndex(to: storage.readerIndex + length)
        buffer.moveReaderIndex(forwardBy: length)
        if !head.isChunked {
            if count == 0 { return finish(head, storage, body: nil) }
            if let body = buffer.readSlice(length: count) {
                return finish(head, storage, body: body)
            }
        }
        let isAwaited = head.expectsContinue && buffer.readableBytes == 0
        storage = ByteBuffer(buffer: storage)
        if head.isChunked {
            var chunks = ChunkedBody()
            let step = takeChunks(head, storage, &chunks, &buffer)
            if case .needMore = step { return isAwaited ? .sendContinue : .needMore }
            return step
        }
        var body = ByteBuffer()
        let step = takeLength(head, storage, &body, &buffer)
        return isAwaited ? .sendContinue : step
    }

    private mutating func takeLength(
        _ head: Head, _ storage: ByteBuffer, _ body: inout ByteBuffer, _ buffer: inout ByteBuffer
    ) -> Step {
        let wanted = (head.contentLength ?? 0) - body.readableBytes
        if var part = buffer.readSlice(length: min(wanted, buffer.readableBytes)) {
            body.writeBuffer(&part)
        }
        if body.readableBytes == head.contentLength ?? 0 {
            return finish(head, storage, body: body)
        }
        state = .length(head, storage, body: body)
        return .needMore
    }

    private mutating func takeChunks(
        _ head: Head, _ storage: ByteBuffer, _ chunks: inout ChunkedBody, _ buffer: inout ByteBuffer
    ) -> Step {
        switch chunks.decode(&buffer, bytesMax: limits.bodyBytesMax) {
        case .needMore:
            state = .chunked(head, storage, chunks)
            return .needMore
        case .complete: return finish(head, storage, body: chunks.body)
        case .failed(let problem): return .failed(problem)
        }
    }

    private mutating func finish(_ head: Head, _ storage: ByteBuffer, body: ByteBuffer?) -> Step {
        state = .head(HTTP1Head())
        return .request(Request(head: head, storage: storage, body: body, isHTTP2: false))
    }
}
