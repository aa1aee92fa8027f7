internal import LDAP
internal import NIOCore

/// Asks for TLS and lets nothing through until it may begin.
final class StartTLSHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var received: [UInt8] = []
    private let answered: EventLoopPromise<Void>

    init(answered: EventLoopPromise<Void>) { self.answered = answered }

    func handlerAdded(context: ChannelHandlerContext) {
        let request = context.channel.allocator.buffer(bytes: StartTLS.request)
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView
        switch StartTLS.read(received) {
        case .incomplete: return
        case .accepted: answered.succeed()
        case .refused(let code):
            answered.fail(LinkFault(reason: "the server does not begin TLS (code \(code))"))
        case .malformed:
            answered.fail(
                LinkFault(reason: "the server's answer to the request for TLS is no answer to it"))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        answered.fail(LinkFault(reason: "the server ended the connection before TLS began"))
        context.fireChannelInactive()
    }
}
