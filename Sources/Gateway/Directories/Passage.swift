internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import Text

/// Passes all that one channel receives on to another, up to a bound, and ends both together.
final class Passage: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel
    private var left: Int

    init(to other: any Channel, bytesMax: Int) {
        self.other = other
        left = bytesMax
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        left -= bytes.readableBytes
        guard left >= 0 else {
            context.close(promise: nil)
            return
        }
        other.writeAndFlush(bytes, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        other.close(promise: nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// Tells when TLS is there, or why it is not.
final class HandshakeWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let done: EventLoopPromise<Void>
    private let host: String

    init(done: EventLoopPromise<Void>, host: String) {
        self.done = done
        self.host = host
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { check(context) }
        context.fireUserInboundEventTriggered(event)
    }

    private func check(_ context: ChannelHandlerContext) {
        let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
        guard let certificate, CertificateName.isFor(host, certificate) else {
            return fail(context, "its certificate is not for \(quote(host))")
        }
        done.succeed()
    }

    private func fail(_ context: ChannelHandlerContext, _ reason: String) {
        done.fail(LinkFault(reason: reason))
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        done.fail(LinkFault(reason: sentence(of: error)))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        done.fail(LinkFault(reason: "the server ended the connection before there was TLS"))
        context.fireChannelInactive()
    }

    private func sentence(of error: any Error) -> String {
        switch error {
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return "its certificate is not for \(quote(host))"
        case NIOSSLError.handshakeFailed(let cause):
            if "\(cause)".contains("CERTIFICATE_VERIFY_FAILED") {
                return
                    "its certificate is not of an authority that is trusted (ca_file), or not valid now"
            }
            return "TLS 1.2 or later could not be agreed on"
        default: return "TLS failed"
        }
    }
}
