public import NIOCore

/// One connection whose handshake is done and whose peer is accepted.
///
/// Confined to its event loop: every call has to come from there. Wrap it in a `NIOLoopBound` to carry it elsewhere.
public class Connection: ChannelDuplexHandler {
    /// Plaintext of the peer.
    public typealias InboundIn = ByteBuffer
    /// Nothing stands above a connection.
    public typealias OutboundIn = Never
    /// Plaintext for the peer.
    public typealias OutboundOut = ByteBuffer

    /// What the handshake settled; nil on a listener without TLS.
    public let tls: TLSFacts?
    /// The limits in force.
    public let limits: Limits
    /// The peer's address.
    public private(set) var remoteAddress: SocketAddress?
    /// True once the connection takes no further requests.
    public private(set) var isDraining = false

    /// Hears that the peer has shown who it is, where its handshake does not say so.
    var onProof: (() -> Void)?
    var handler: (any ConnectionHandler)?
    var context: ChannelHandlerContext?
    let date = HTTPDate.ofThisThread
    private var timer = DeadlineTimer()
    private var forcedEnd: Scheduled<Void>?
    var stall: Scheduled<Void>?
    private var holdsRead = false
    private var queuedTold = 0
    private var watchedBytes = 0
    var isClosing = false

    init(handler: any ConnectionHandler, tls: TLSFacts?, limits: Limits) {
        self.handler = handler
        self.tls = tls
        self.limits = limits
    }

    // MARK: For the gateway

    /// The event loop that all calls have to be made on; nil once the connection is gone.
    public var eventLoop: (any EventLoop)? { context?.eventLoop }

    /// True while answers can still be sent.
    public var isActive: Bool { context?.channel.isActive ?? false }

    /// Says that the peer has shown who it is: from now on it makes no room for others that have not.
    public func prove() {
        onProof?()
        onProof = nil
    }

    /// Queues the answer to a request, for `flush` to send.
    ///
    /// - Returns: false if the request is gone or answered already.
    @discardableResult
    public func respond(_ response: borrowing Response, on stream: StreamID) -> Bool { false }

    /// Sends all queued answers, in one write.
    public func flush() {}

    /// Takes no more requests, answers those that came, then closes; closes anyway after the time.
    public func drain(within time: TimeAmount) { drain(within: time, .draining) }

    private func drain(within time: TimeAmount, _ reason: BodyEnd) {
        guard !isDraining, let context else { return }
        isDraining = true
        forcedEnd?.cancel()
        forcedEnd = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in
            self?.abort(reason)
        }
        beginDrain()
        endEndlessBodies(reason)
    }

    /// Ends the connection in an orderly way, since a certificate has expired.
    public func expire() { drain(within: .nanoseconds(limits.lingerNanoseconds), .expired) }

    /// Closes at once.
    public func abort() {
        isClosing = true
        context?.close(promise: nil)
    }

    // MARK: For the protocols

    /// What the protocol does for streamed answers.
    var carrier: (any BodyCarrier)? { nil }

    /// Starts what the protocol does to end in order.
    func beginDrain() {}

    /// Takes bytes of the peer.
    func take(_ buffer: inout ByteBuffer) {}

    /// The deadline in force has passed.
    func timedOut() {}

    /// Whether more bytes of the peer may be read now.
    var mayRead: Bool { true }

    /// The channel takes bytes again.
    func becameWritable() {}

    /// What time it is for deadlines: the loop's, which stands while the machine sleeps.
    var readClock: (any EventLoop) -> NIODeadline = { $0.now }

    func arm(afterNanoseconds nanoseconds: Int64) {
        guard let context else { return }
        let loop = context.eventLoop
        let moment = readClock(loop) + .nanoseconds(nanoseconds)
        if timer.move(to: moment) {
            timer.schedule(moment, on: loop) { [weak self] in self?.fired() }
        }
    }

    func disarm() { timer.disarm() }

    private func fired() {
        guard let context, !isClosing else { return }
        let loop = context.eventLoop
        if timer.isDue(now: readClock(loop)) {
            timer.disarm()
            timedOut()
        } else if let deadline = timer.deadline {
            timer.schedule(deadline, on: loop) { [weak self] in self?.fired() }
        }
    }

    /// Closes after what was written has gone out.
    func closeGracefully() {
        guard !isClosing, let context else { return }
        isClosing = true
        timer.cancel()
        let linger = TimeAmount.nanoseconds(limits.lingerNanoseconds)
        forcedEnd?.cancel()
        forcedEnd = context.eventLoop.assumeIsolated().scheduleTask(in: linger) { [weak self] in
            self?.context?.close(promise: nil)
        }
        if tls != nil {
            // The TLS handler says goodbye, waits for the peer's, and throws away what comes meanwhile.
            context.close(promise: nil)
        } else {
            context.close(mode: .output, promise: nil)
        }
    }

    /// Tells the gateway how many bytes of answers wait, if that has changed.
    @inline(__always)
    func tellQueued(_ bytes: Int) {
        guard bytes != queuedTold else { return }
        handler?.queued(bytes &- queuedTold)
        queuedTold = bytes
    }

    /// Writes, and tells of bytes that are so many that they may have to wait.
    func writeWatched(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        let count = bytes.readableBytes
        guard count >= limits.watchedWriteBytesMin else {
            return context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        }
        watchedBytes &+= count
        tellQueued(watchedBytes)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [weak self] _ in
            guard let self else { return }
            watchedBytes &-= count
            tellQueued(watchedBytes)
        }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: written)
    }

    func resumeReading() {
        guard holdsRead, mayRead, let context else { return }
        holdsRead = false
        context.read()
    }

    // MARK: Channel

    /// Opens the connection to the gateway.
    public func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        remoteAddress = context.channel.remoteAddress
        if context.channel.isActive { open() }
    }

    /// Opens a connection without TLS.
    public func channelActive(context: ChannelHandlerContext) {
        open()
        context.fireChannelActive()
    }

    private var isOpen = false

    private func open() {
        guard !isOpen else { return }
        isOpen = true
        arm(afterNanoseconds: limits.idleNanoseconds)
        start()
        handler?.opened(self)
    }

    /// Sends what the protocol starts with.
    func start() {}

    /// Decodes the peer's bytes.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        var buffer = unwrapInboundIn(data)
        take(&buffer)
    }

    /// Passes a wish to read on, unless too much waits already.
    public func read(context: ChannelHandlerContext) {
        if isClosing || mayRead {
            context.read()
        } else {
            holdsRead = true
        }
    }

    /// Goes on once the peer has taken bytes.
    public func channelWritabilityChanged(context: ChannelHandlerContext) {
        stall?.cancel()
        stall = nil
        if context.channel.isWritable {
            becameWritable()
            resumeReading()
        } else {
            watchStall()
        }
        context.fireChannelWritabilityChanged()
    }

    /// Orders a drain when the listener says so.
    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let order = event as? DrainOrder { drain(within: order.time) }
        context.fireUserInboundEventTriggered(event)
    }

    /// Closes: whatever went wrong below can't be answered.
    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isClosing = true
        context.close(promise: nil)
    }

    /// Tells the gateway that the connection is gone.
    public func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    /// Lets go of everything.
    public func handlerRemoved(context: ChannelHandlerContext) {
        finish()
        self.context = nil
    }

    func finish() {
        isClosing = true
        timer.cancel()
        forcedEnd?.cancel()
        stall?.cancel()
        stall = nil
        forcedEnd = nil
        if let bodies = carrier?.bodies {
            for body in bodies { body.settle(.peerGone) }
        }
        tellQueued(0)
        let handler = self.handler
        self.handler = nil
        handler?.closed()
    }
}

/// Sent through a pipeline when its listener drains.
struct DrainOrder: Sendable {
    var time: TimeAmount
}
