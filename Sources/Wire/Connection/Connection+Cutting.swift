public import NIOCore
import NIOSSL

extension Connection {
    /// Closes the socket at once and without a word: nothing that came is answered, and nothing that waits is sent.
    public func cut() {
        guard let context else { return }
        isClosing = true
        endNow(context)
        finish()
    }

    /// Whoever holds only the channel has the connection ended by this event.
    public func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard event is RefusalLinger.EndNow else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        promise?.succeed()
        endNow(context)
    }

    /// Closes from where the TLS handler stands, which would say goodbye first and wait for an answer.
    private func endNow(_ context: ChannelHandlerContext) {
        let tls = try? context.pipeline.syncOperations.context(
            handlerType: NIOSSLServerHandler.self)
        (tls ?? context).close(promise: nil)
    }
}
