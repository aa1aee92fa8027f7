import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

/// A refused peer has a moment to read why, and not for whatever it sends meanwhile.
@Suite struct RefusalLingerTests {
    @Test func whatARefusedPeerSendsOnIsBounded() throws {
        var limits = Limits()
        limits.refusalLingerBytesMax = 1_000
        let linger = RefusalLinger(limits: limits)
        let channel = EmbeddedChannel(handlers: [HalfCloser(), linger])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        linger.want()
        channel.close(promise: nil)
        for _ in 0..<10 { try channel.writeInbound(ByteBuffer(repeating: 7, count: 100)) }
        #expect(channel.isActive)
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil, "it is thrown away")
        try channel.writeInbound(ByteBuffer(repeating: 7, count: 1))
        #expect(!channel.isActive)
    }
}

/// Half of an embedded channel can't be closed; it is taken for done.
private final class HalfCloser: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    func close(
        context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?
    ) {
        guard mode == .all else { return promise?.succeed() ?? () }
        context.close(mode: mode, promise: promise)
    }
}
