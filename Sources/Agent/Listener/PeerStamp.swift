internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2

/// Puts the connection's name into the metadata of each call on it, and takes out what a client put there.
final class PeerStamp: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload

    /// The metadata's key.
    static let key = "x-maxine-peer"

    private let name: String
    private var hasStamped = false

    init(name: String) {
        self.name = name
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .headers(var frame) = unwrapInboundIn(data) else {
            return context.fireChannelRead(data)
        }
        frame.headers.remove(name: Self.key)
        if !hasStamped {
            hasStamped = true
            frame.headers.add(name: Self.key, value: name)
        }
        context.fireChannelRead(wrapInboundOut(.headers(frame)))
    }
}
