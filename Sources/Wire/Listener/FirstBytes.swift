import NIOCore

/// Tells when the first bytes of a peer come, and lets them on once they are a whole TLS record.
///
/// What a handshake needs is laid only then: a peer that says nothing, or begins and stops, holds a socket and what it sent.
final class FirstBytes: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let tell: () -> Void
    private let lay: (FirstBytes, ChannelHandlerContext) throws -> Void
    private var held: ByteBuffer?

    /// - Parameters:
    ///   - tell: hears of the first byte.
    ///   - lay: adds the handlers that get the bytes, behind this one.
    init(
        tell: @escaping () -> Void,
        lay: @escaping (FirstBytes, ChannelHandlerContext) throws -> Void
    ) {
        self.tell = tell
        self.lay = lay
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if held == nil { tell() }
        guard Self.isEnough(held, bytes) else {
            // A copy: what is read into is larger.
            if held == nil { held = ByteBuffer() }
            held?.writeBuffer(&bytes)
            return
        }
        do {
            try lay(self, context)
        } catch {
            context.fireErrorCaught(error)
            return
        }
        if let held { context.fireChannelRead(wrapInboundOut(held)) }
        context.fireChannelRead(data)
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    /// Whether the bytes are a whole record, or none that a handshake begins with (RFC 8446 section 5.1).
    private static func isEnough(_ held: ByteBuffer?, _ new: ByteBuffer) -> Bool {
        let count = (held?.readableBytes ?? 0) + new.readableBytes
        let head =
            (held.map { Array($0.readableBytesView.prefix(5)) } ?? [])
            + new.readableBytesView.prefix(5)
        guard head.first == 0x16 else { return true }
        guard head.count >= 5 else { return false }
        let length = Int(head[3]) << 8 | Int(head[4])
        return length > recordBytesMax || count >= 5 + length
    }

    /// The longest record in the clear.
    private static let recordBytesMax = 1 << 14
}
