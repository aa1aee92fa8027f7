import NIOCore

/// Decides about new connections in the order in which they came, on the event loop that accepts them.
///
/// Not on their own event loops: on one that is behind, those that came long ago would be the newest, and take the place of somebody who
/// came after them and speaks already.
final class AdmissionHandler: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    private let admits: (any Channel, NIODeadline) -> Bool

    /// - Parameter admits: Whether a connection is taken on at a time; one that is not is closed.
    init(admits: @escaping (any Channel, NIODeadline) -> Bool) { self.admits = admits }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = unwrapInboundIn(data)
        guard admits(channel, context.eventLoop.now) else { return channel.close(promise: nil) }
        context.fireChannelRead(data)
    }
}
