import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import Support

/// HTTP/2 connections of one service over mTLS, whose frames the attacker writes byte by byte.
///
/// All of them live on one thread, which has what time others leave.
final class Raid: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let tls: NIOSSLContext
    private let port: UInt16
    private let tally = NIOLockedValueBox(RaidTally())

    /// What came of all connections so far.
    var sofar: RaidTally { tally.withLockedValue { $0 } }

    /// Takes the attacker's identity.
    init(_ target: Target) throws {
        var configuration = try Caller.tls(.service(Target.attacker), in: target.folder)
        configuration.applicationProtocols = ["h2"]
        tls = try NIOSSLContext(configuration: configuration)
        port = target.port
        group.next().execute { FloodSocket.beModest() }
    }

    /// Connects and has the first bytes sent; nil if the gateway does not let it.
    func connect(sending opening: [UInt8], returnsWindow: Bool = false) async -> RaidConnection? {
        let (tls, tally) = (tls, tally)
        let channel = try? await ClientBootstrap(group: group).connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: nil))
                    try pipeline.addHandler(RaidHandler(tally, returnsWindow: returnsWindow))
                }
            }
            .connect(host: "127.0.0.1", port: Int(port)).get()
        guard let channel else { return nil }
        let connection = RaidConnection(channel: channel)
        connection.send(opening)
        tally.withLockedValue { $0.connections += 1 }
        return connection
    }

    /// Ends everything.
    func end() async { try? await group.shutdownGracefully() }
}

/// What the gateway sent on all connections of a raid.
struct RaidTally: Sendable {
    var connections = 0
    var connectionsEnded = 0
    var requests = 0
    var answers = 0
    /// Streams that the gateway ended without an answer.
    var resets = 0
    var bytes = 0
}

/// One connection of a raid.
struct RaidConnection: Sendable {
    fileprivate let channel: any Channel

    var isOpen: Bool { channel.isActive }

    func send(_ bytes: [UInt8]) {
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    /// How many streams are open.
    func streams() async -> Int {
        let loop = channel.eventLoop
        let streams = loop.submit { [channel] in
            try channel.pipeline.syncOperations.handler(type: RaidHandler.self).open
        }
        return (try? await streams.get()) ?? 0
    }

    /// Sends so many requests, each made for its stream.
    func request(_ count: Int, _ make: @escaping @Sendable (UInt32) -> [UInt8]) {
        channel.eventLoop.execute { [channel] in
            guard
                let handler = try? channel.pipeline.syncOperations.handler(type: RaidHandler.self)
            else { return }
            send((0..<count).flatMap { _ in make(handler.begin()) })
        }
    }
}

/// Reads frames only as far as it must: it confirms settings and pings, and counts what ends a stream.
private final class RaidHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private(set) var open = 0
    private var next: UInt32 = 1
    private let tally: NIOLockedValueBox<RaidTally>
    private let returnsWindow: Bool
    private var unread = ByteBuffer()
    /// What is left of a frame whose payload nobody wants.
    private var skipped = 0

    init(_ tally: NIOLockedValueBox<RaidTally>, returnsWindow: Bool) {
        self.tally = tally
        self.returnsWindow = returnsWindow
    }

    /// The number of a new stream.
    func begin() -> UInt32 {
        defer { next += 2 }
        open += 1
        tally.withLockedValue { $0.requests += 1 }
        return next
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        tally.withLockedValue { $0.bytes += buffer.readableBytes }
        if unread.readableBytes > 0 {
            unread.writeBuffer(&buffer)
            swap(&unread, &buffer)
        }
        while read(&buffer, context) {}
        unread = buffer
    }

    func channelInactive(context: ChannelHandlerContext) {
        tally.withLockedValue { $0.connectionsEnded += 1 }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Reads a frame, or what there is of one that is skipped; false if more must come first.
    private func read(_ buffer: inout ByteBuffer, _ context: ChannelHandlerContext) -> Bool {
        let skipping = min(skipped, buffer.readableBytes)
        buffer.moveReaderIndex(forwardBy: skipping)
        skipped -= skipping
        guard skipped == 0, let head = buffer.getBytes(at: buffer.readerIndex, length: 9) else {
            return false
        }
        let length = head[..<3].reduce(0) { $0 << 8 | Int($1) }
        let (type, flags) = (head[3], head[4])
        if type == 4 || type == 6 {
            guard buffer.readableBytes >= 9 + length else { return false }
            let payload = buffer.getBytes(at: buffer.readerIndex + 9, length: length) ?? []
            if flags & 1 == 0 {
                send(HTTP2Frames.frame(type, flags: 1, type == 6 ? payload : []), context)
            }
        }
        buffer.moveReaderIndex(forwardBy: 9)
        skipped = length
        note(type, flags, length, context)
        return true
    }

    private func note(
        _ type: UInt8, _ flags: UInt8, _ length: Int, _ context: ChannelHandlerContext
    ) {
        if type <= 1, flags & 1 != 0 {
            open -= 1
            tally.withLockedValue { $0.answers += 1 }
        } else if type == 3 {
            open -= 1
            tally.withLockedValue { $0.resets += 1 }
        }
        if type == 0, returnsWindow, length > 0 {
            send(HTTP2Frames.frame(8, HTTP2Frames.number(UInt32(length))), context)
        }
    }

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }
}
