internal import Glibc
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import PKI
internal import ServiceLifecycle

/// Answers whoever is on the gateway's machine and may do as it does: root, or the gateway's own user.
///
/// They can read the authorities' keys, so policy has no say; the log has all they do. One line of JSON is read, one is written, one
/// after the other.
final class AdminSocket: Service {
    /// What somebody asks, and where the answer goes.
    struct Question: Sendable {
        let line: [UInt8]
        let channel: any Channel
    }

    private let place: AdminSocketPath
    private let logger: Logger
    private let user = geteuid()
    private let answer: @Sendable (_ request: [UInt8], _ user: PeerUser) async -> [UInt8]

    /// Answers in the data folder.
    init(
        _ configuration: GatewayConfiguration, _ desk: OperatorDesk,
        _ authorities: AuthorityDesk, clock: @escaping @Sendable () -> Int64, _ logger: Logger
    ) {
        place = AdminSocketPath(configuration)
        self.logger = logger
        let requests = AdminRequests(desk: desk, authorities: authorities, clock: clock)
        answer = { await requests.answer($0, $1) }
    }

    func run() async {
        let (questions, door) = AsyncStream.makeStream(
            of: Question.self, bufferingPolicy: .bufferingOldest(CustodyLimits.adminBacklog))
        let server: any Channel
        do {
            server = try await listen(door)
        } catch {
            logger.warning(
                "operators can't be made on this machine while this runs: \(place.path): \(error)")
            try? await gracefulShutdown()
            return
        }
        for await asked in questions.cancelOnGracefulShutdown() {
            if let peer = await PeerUser.of(asked.channel), peer.mayAct(as: user) {
                let bytes = await answer(asked.line, peer)
                try? await asked.channel.writeAndFlush(ByteBuffer(bytes: bytes + [10])).get()
            }
            try? await asked.channel.close().get()
        }
        try? await server.close().get()
        unlink(place.path)
    }

    private func listen(_ door: AsyncStream<Question>.Continuation) async throws -> any Channel {
        try await place.withShortPath { path in
            let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.backlog, value: Int32(CustodyLimits.adminBacklog))
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(AdminLine(door))
                    }
                }
                .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
            guard chmod(path, 0o600) == 0 else {
                throw PKIError.fileFailed(
                    path: place.path, operation: "set the mode of", errno: errno)
            }
            return server
        }
    }
}

/// Reads one line; closes where there is none in time, or it is too long, or too many wait.
private final class AdminLine: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let door: AsyncStream<AdminSocket.Question>.Continuation
    private var bytes: [UInt8] = []
    private var isRead = false

    init(_ door: AsyncStream<AdminSocket.Question>.Continuation) { self.door = door }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        let time = context.eventLoop.scheduleTask(in: CustodyLimits.adminTime) {
            channel.close(promise: nil)
        }
        channel.closeFuture.whenComplete { _ in time.cancel() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRead else { return }
        bytes += unwrapInboundIn(data).readableBytesView
        guard let end = bytes.firstIndex(of: 10) else {
            if bytes.count > CustodyLimits.adminRequestBytesMax { context.close(promise: nil) }
            return
        }
        isRead = true
        let asked = AdminSocket.Question(line: Array(bytes[..<end]), channel: context.channel)
        guard case .enqueued = door.yield(asked) else { return context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
