import NIOCore

/// HTTP/1.1 on one connection: one request at a time, answers in order.
final class HTTP1Connection: Connection {
    // No access spans a call out of this object.
    @exclusivity(unchecked)
    private var decoder: HTTP1Decoder
    private var waiting = ByteBuffer()
    // No access spans a call out of this object.
    @exclusivity(unchecked)
    var out = ByteBuffer()
    private(set) var number: Int32 = 0
    var isUnanswered = false
    private(set) var isHead = false
    var keepsAlive = true
    private(set) var isDecoding = false
    private(set) var hasFailed = false
    /// The streamed answer under way, whether it has a body, and what of it the channel does not take yet.
    var streamed: OutgoingBody?
    var sendsChunks = false
    var held = ByteBuffer()
    private var deadline = Deadline.idle
    private var bodyEnd: NIODeadline = .distantFuture
    private var bodyBytesSeen = 0

    private enum Deadline { case idle, head, body, answer }

    override init(handler: any ConnectionHandler, tls: TLSFacts?, limits: Limits) {
        decoder = HTTP1Decoder(limits: limits)
        super.init(handler: handler, tls: tls, limits: limits)
    }

    @discardableResult
    override func respond(_ response: borrowing Response, on stream: StreamID) -> Bool {
        guard isUnanswered, streamed == nil, stream.value == number, context != nil else {
            return false
        }
        isUnanswered = false
        if response.closes || isDraining || hasFailed { keepsAlive = false }
        HTTP1Encoder.write(
            response, isHead: isHead, closes: !keepsAlive, date: date, to: &out)
        return true
    }

    override func flush() {
        send()
        // Inside the decoding loop the loop itself goes on.
        if !isDecoding, !isUnanswered { proceed() }
    }

    /// What waits behind an unanswered request is bounded here, the request itself by the decoder: it has to see
    /// the byte that is one too many.
    override var mayRead: Bool {
        (!isUnanswered || waiting.readableBytes < limits.pipelineBytesMax)
            && (context?.channel.isWritable ?? false)
    }

    override func take(_ buffer: inout ByteBuffer) {
        guard !hasFailed, keepsAlive || isUnanswered else { return }
        if waiting.readableBytes > 0 || isUnanswered || isDecoding {
            waiting.discardReadBytes()
            waiting.writeBuffer(&buffer)
            if !isUnanswered, !isDecoding { proceed() }
            return
        }
        decode(&buffer)
        if buffer.readableBytes > 0 { waiting = ByteBuffer(buffer: buffer) }
        settle()
    }

    override var carrier: (any BodyCarrier)? { self }

    override func becameWritable() {
        sendHeld()
        if !isDecoding, !isUnanswered { proceed() }
    }

    override func beginDrain() {
        if !isUnanswered, decoder.phase == .head, waiting.readableBytes == 0 { closeGracefully() }
    }

    func proceed() {
        if waiting.readableBytes > 0, keepsAlive, !hasFailed {
            var buffer = waiting
            waiting = ByteBuffer()
            decode(&buffer)
            if buffer.readableBytes > 0 { waiting = ByteBuffer(buffer: buffer) }
        }
        settle()
    }

    private var mayDecode: Bool {
        !isUnanswered && keepsAlive && !hasFailed && (context?.channel.isWritable ?? false)
    }

    /// Decodes until bytes or answers are missing.
    private func decode(_ buffer: inout ByteBuffer) {
        isDecoding = true
        var needsMore = false
        while !needsMore, mayDecode {
            var hasReceived = false
            while !needsMore, mayDecode {
                switch decoder.next(&buffer) {
                case .needMore: needsMore = true
                case .sendContinue:
                    HTTP1Encoder.writeContinue(to: &out)
                    send()
                case .request(let request):
                    receive(request)
                    hasReceived = true
                case .failed(let problem): fail(problem)
                }
            }
            // Answers given here make room for the next request.
            if hasReceived { handler?.receivedAll() }
        }
        isDecoding = false
    }

    private func receive(_ request: Request) {
        number = number == .max ? 1 : number + 1
        isUnanswered = true
        isHead = request.method == .head
        keepsAlive = request.keepAlive
        handler?.receive(request, stream: StreamID(number))
    }

    /// Answers a malformed request and ends the connection; nothing behind it is looked at.
    private func fail(_ problem: WireProblem) {
        hasFailed = true
        waiting = ByteBuffer()
        number = number == .max ? 1 : number + 1
        isUnanswered = true
        isHead = false
        keepsAlive = false
        switch handler?.malformed(problem, stream: StreamID(number)) {
        case .standard, nil: respond(Response(problem: problem), on: StreamID(number))
        case .response(let response): respond(response, on: StreamID(number))
        case .deferred: break
        }
        send()
    }

    func send() {
        guard out.readableBytes > 0, let context else { return }
        // A write can call back into this connection, which must not find the same bytes again.
        var bytes = ByteBuffer()
        swap(&bytes, &out)
        writeWatched(bytes, context)
        guard out.readableBytes == 0 else { return }
        bytes.clear()
        out = bytes
    }

    /// After each step: ends a finished connection, or sets the deadline of what is awaited.
    private func settle() {
        if isUnanswered {
            deadline = .answer
            disarm()
        } else if !keepsAlive {
            send()
            closeGracefully()
        } else if decoder.phase == .body {
            awaitBody()
        } else if waiting.readableBytes > 0 {
            if deadline != .head {
                deadline = .head
                arm(afterNanoseconds: limits.headNanoseconds)
            }
        } else if isDraining {
            send()
            closeGracefully()
        } else {
            deadline = .idle
            arm(afterNanoseconds: limits.idleNanoseconds)
        }
        resumeReading()
    }

    private func awaitBody() {
        guard deadline != .body, let context else { return }
        deadline = .body
        bodyEnd = readClock(context.eventLoop) + .nanoseconds(limits.bodyNanoseconds)
        bodyBytesSeen = decoder.bodyBytes
        arm(afterNanoseconds: min(limits.bodyProgressNanoseconds, limits.bodyNanoseconds))
    }

    override func timedOut() {
        guard let context, context.channel.isWritable else {
            abort()
            return
        }
        switch deadline {
        case .answer: break
        case .idle: closeGracefully()
        case .head: expire(.headTimeout)
        case .body:
            let grown = decoder.bodyBytes - bodyBytesSeen
            let left = (bodyEnd - readClock(context.eventLoop)).nanoseconds
            guard grown >= limits.bodyProgressBytesMin, left > 0 else {
                expire(.bodyTimeout)
                return
            }
            bodyBytesSeen = decoder.bodyBytes
            arm(afterNanoseconds: min(limits.bodyProgressNanoseconds, left))
        }
    }

    private func expire(_ problem: WireProblem) {
        fail(problem)
        settle()
    }
}
