import NIOCore

/// HTTP/2 on one connection.
final class HTTP2Connection: Connection {
    private(set) var session: HTTP2Session?
    var streamed: [Int32: OutgoingBody] = [:]
    private var isTaking = false
    private var hasEnded = false
    private var refusesStreams = false

    override func start() {
        session = HTTP2Session(limits: limits)
        guard session != nil else {
            abort()
            return
        }
        write()
        arm(afterNanoseconds: limits.headNanoseconds)
    }

    @discardableResult
    override func respond(_ response: borrowing Response, on stream: StreamID) -> Bool {
        guard let session, !isClosing else { return false }
        let isTaken = session.respond(response, on: stream.value, date: date)
        if isTaken, response.closes, session.failure == nil { wantsEnd = true }
        return isTaken
    }

    /// A malformed request ends its stream only; a gateway's own wish ends the connection.
    var wantsEnd = false
    private var isTicking = false
    private var hasPreface = false
    private var hasRequests = false
    private var isIdle = false

    override func flush() {
        guard !isTaking else { return }
        write()
        settle()
    }

    override var carrier: (any BodyCarrier)? { self }

    override var mayRead: Bool { context?.channel.isWritable ?? false }

    override func becameWritable() {
        write()
        settle()
    }

    override func beginDrain() {
        session?.announceEnd()
        write()
        // The second step waits a moment, so that streams under way when the first was sent still count.
        let pause = TimeAmount.milliseconds(100)
        _ = context?.eventLoop.assumeIsolated().scheduleTask(in: pause) { [weak self] in
            self?.refuseNewStreams()
        }
    }

    private func refuseNewStreams() {
        guard !refusesStreams, !isClosing, let session else { return }
        refusesStreams = true
        session.refuseNewStreams()
        write()
        settle()
    }

    override func take(_ buffer: inout ByteBuffer) {
        guard let session, !hasEnded else { return }
        isTaking = true
        hasPreface = true
        let now = self.now
        let isSound = buffer.withUnsafeReadableBytes { session.receive($0, now: now) }
        dispatch(session)
        isTaking = false
        if isSound, session.failure == nil {
            write()
            settle()
        } else {
            end(session.failure ?? .connectionBroken)
        }
    }

    private func dispatch(_ session: HTTP2Session) {
        let events = session.events
        session.events.removeAll(keepingCapacity: true)
        guard !events.isEmpty else { return }
        var hasReceived = false
        for event in events {
            switch event {
            case .request(let id):
                if let request = session.takeRequest(id) {
                    hasReceived = true
                    handler?.receive(request, stream: StreamID(id))
                }
            case .malformed(let problem, let id): refuse(session, problem, id)
            case .broken: _ = handler?.malformed(.streamBroken, stream: nil)
            case .abandoned(let id): handler?.abandoned(stream: StreamID(id))
            case .streamGone(let id, let reason, let taken): noteGone(id, reason, taken: taken)
            }
        }
        guard hasReceived else { return }
        hasRequests = true
        handler?.receivedAll()
    }

    private func refuse(_ session: HTTP2Session, _ problem: WireProblem, _ id: Int32) {
        switch handler?.malformed(problem, stream: StreamID(id)) {
        case .standard, nil:
            _ = session.respond(Response(problem: problem), on: id, date: date)
        case .response(let response): _ = session.respond(response, on: id, date: date)
        case .deferred: break
        }
    }

    /// Sends frames as long as the channel takes them.
    private func write() {
        guard let session, let context, !isClosing else { return }
        var hasMore = true
        while hasMore, context.channel.isWritable {
            hasMore = session.send(bytesMax: limits.writeBatchBytesMax)
            guard session.out.readableBytes > 0 else { break }
            send(session, context)
        }
        tellQueued(session.queuedBytes)
        noteTaken()
    }

    /// Ends a connection whose peer broke the rules.
    private func end(_ problem: WireProblem) {
        guard !hasEnded, let session else { return }
        hasEnded = true
        for body in bodies { body.settle(.peerGone) }
        _ = handler?.malformed(problem, stream: nil)
        _ = session.send(bytesMax: limits.writeBatchBytesMax)
        session.writeGoAway(problem)
        if let context { send(session, context) }
        closeGracefully()
    }

    /// A write can call back into this connection, which must not find the same bytes again.
    private func send(_ session: HTTP2Session, _ context: ChannelHandlerContext) {
        var bytes = ByteBuffer()
        swap(&bytes, &session.out)
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        guard session.out.readableBytes == 0 else { return }
        bytes.clear()
        session.out = bytes
    }

    /// After each step: ends what is finished, or sets the deadline of what is awaited.
    private func settle() {
        guard let session, !isClosing, !hasEnded else { return }
        // Streams that the library itself ended while frames went out.
        if !session.events.isEmpty {
            dispatch(session)
            write()
        }
        if let failure = session.failure {
            end(failure)
        } else if session.isFinished
            || refusesStreams && session.openStreams == 0 && (context?.channel.isWritable ?? true)
        {
            hasEnded = true
            closeGracefully()
        } else if wantsEnd, !refusesStreams {
            refuseNewStreams()
        } else if session.incomplete > 0 || session.unsent > 0 {
            if !isTicking {
                isTicking = true
                isIdle = false
                arm(afterNanoseconds: tick)
            }
        } else {
            isTicking = false
            if session.openStreams > 0 {
                disarm()
                isIdle = false
            } else if hasRequests || !isIdle {
                // Frames without requests don't keep a connection.
                hasRequests = false
                isIdle = true
                arm(afterNanoseconds: limits.idleNanoseconds)
            }
        }
    }

    private var now: Int64 {
        context.map { Int64(clamping: readClock($0.eventLoop).uptimeNanoseconds) } ?? 0
    }

    /// How often requests and answers under way are looked at.
    private var tick: Int64 {
        min(limits.headNanoseconds, limits.bodyProgressNanoseconds, limits.writeNanoseconds) / 2
    }

    override func timedOut() {
        guard let session, !hasEnded else { return }
        isTicking = false
        let now = self.now
        if session.openStreams == 0 {
            if hasPreface { refuseNewStreams() } else { end(.headTimeout) }
            return
        }
        session.expire(now: now)
        // A channel that takes nothing has a watch of its own.
        let isAnyStalled = (context?.channel.isWritable ?? false) && session.resetStalled(now: now)
        dispatch(session)
        write()
        if isAnyStalled, session.openStreams == 0 {
            abort()
        } else {
            settle()
        }
    }
}
