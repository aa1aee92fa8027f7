import NIOCore

/// Sees to it that a peer that is refused can read why.
///
/// A socket that is closed while bytes of the peer lie unread is reset, and the reset overtakes the TLS alert (RFC 9112 section 9.6 on
/// the same of HTTP). Clients of HTTP/2 send right behind their part of the handshake. So once a refusal is said, the socket is closed
/// for writing only, what comes is thrown away, and it ends when the peer goes, has sent as much as a client may send ahead, or the time is
/// up. It leaves with the gate: a peer that was accepted is refused no more, and each request would go through here five times.
final class RefusalLinger: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    /// Ends a connection at once, whatever it waits for.
    struct EndNow: Sendable {}

    private let limits: Limits
    private var isWanted = false
    private var isLingering = false
    private var droppedBytes = 0
    private var end: Scheduled<Void>?

    init(limits: Limits) {
        self.limits = limits
    }

    /// From now on closing lingers.
    func want() {
        isWanted = true
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard isLingering else { return context.fireChannelRead(data) }
        droppedBytes += unwrapInboundIn(data).readableBytes
        if droppedBytes > limits.refusalLingerBytesMax { endNow(context) }
    }

    func close(
        context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?
    ) {
        guard mode == .all, isWanted, context.channel.isActive else {
            return context.close(mode: mode, promise: promise)
        }
        if let promise { context.channel.closeFuture.cascade(to: promise) }
        guard !isLingering else { return }
        isLingering = true
        context.close(mode: .output, promise: nil)
        let time = TimeAmount.nanoseconds(limits.refusalLingerNanoseconds)
        end = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in
            self?.endNow(context)
        }
    }

    private func endNow(_ context: ChannelHandlerContext) {
        isWanted = false
        context.close(promise: nil)
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard event is EndNow else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        promise?.succeed()
        endNow(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end?.cancel()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end?.cancel()
    }
}
