internal import NIOCore
internal import NIOSSL

/// Writes bytes, closes the connection by the book and says whether the peer did so too.
final class FarewellHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let bytes: ByteBuffer
    private let deadline: TimeAmount
    private var promise: EventLoopPromise<Void>?
    private var timer: Scheduled<Void>?

    init(bytes: ByteBuffer, deadline: TimeAmount, promise: EventLoopPromise<Void>) {
        self.bytes = bytes
        self.deadline = deadline
        self.promise = promise
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: deadline) {
            let (handler, context) = bound.value
            handler.end(.failure(ChannelError.connectTimeout(handler.deadline)))
            context.close(promise: nil)
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(bytes)).whenComplete { result in
            let (handler, context) = bound.value
            guard case .success = result else { return handler.end(result) }
            // Ends only after the peer's close_notify, or fails.
            context.close().whenComplete { bound.value.0.end($0) }
        }
        context.fireChannelActive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(.failure(error))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.failure(ChannelError.eof))
        context.fireChannelInactive()
    }

    private func end(_ result: Result<Void, any Error>) {
        timer?.cancel()
        promise?.completeWith(result)
        promise = nil
    }
}
