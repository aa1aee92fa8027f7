internal import Foundation
internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
public import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix
internal import PKI
internal import ServiceLifecycle
internal import UnixSignals

/// The agent of one machine: attests its processes and hands them the identities of their registration entries.
public struct Agent: Sendable {
    private let configuration: AgentConfiguration
    private let logger: Logger
    private let clock: @Sendable () -> Int64

    /// Makes an agent; nothing is opened yet.
    public init(
        _ configuration: AgentConfiguration, logger: Logger,
        clock: @escaping @Sendable () -> Int64 = Agent.systemClock
    ) {
        self.configuration = configuration
        self.logger = logger
        self.clock = clock
    }

    /// Nanoseconds since the Unix epoch.
    public static let systemClock: @Sendable () -> Int64 = {
        Int64(Date().timeIntervalSince1970 * 1_000_000_000)
    }

    /// Joins where that is needed, and serves until SIGTERM or SIGINT.
    ///
    /// - Throws: `AgentError` when it can't start.
    public func run() async throws {
        let file = SocketFile(path: configuration.socketPath, mode: configuration.socketMode)
        try file.prepare()
        let board = IdentityBoard()
        let link = GatewayLink(
            address: configuration.gateway, joinAddress: configuration.joinAddress,
            agentName: configuration.name)
        let own = OwnIdentity(
            configuration: configuration, link: link, trust: board.trust, logger: logger,
            clock: clock)
        do {
            try await own.open()
            try await serve(file, board, link, own)
        } catch {
            await link.close()
            throw error
        }
        await link.close()
        logger.notice("agent stopped")
    }

    private func serve(
        _ file: SocketFile, _ board: IdentityBoard, _ link: GatewayLink, _ own: OwnIdentity
    ) async throws {
        let threads = NIOThreadPool(numberOfThreads: System.coreCount)
        threads.start()
        let source = IdentitySource(link: link, trust: board.trust, clock: clock)
        let keeper = IdentityKeeper(board: board, source: source, logger: logger, clock: clock)
        let events = EventQueue()
        let desk = CallDesk(
            peers: PeerTable(), facts: WorkloadFacts(digests: BinaryDigests()), board: board,
            events: events, threads: threads, clock: clock)
        let inode = NIOLockedValueBox<UInt64?>(nil)
        let listener = WorkloadListener(
            file: file, peers: desk.peers, group: .singletonMultiThreadedEventLoopGroup,
            published: {
                inode.withLockedValue { $0 = file.inode }
                logger.notice("workload API on unix://\(file.path)")
            })
        let server = GRPCServer(
            transport: HTTP2ServerTransport.Custom(
                listenerFactory: listener, config: listener.settings()),
            services: [
                WorkloadService(
                    desk: desk, trustDomain: configuration.trustDomain,
                    tokens: TokenDesk(
                        desk: desk, trustDomain: configuration.trustDomain, source: source)),
                SecretService(
                    desk: desk, trustDomain: configuration.trustDomain, logger: logger),
            ])
        let services: [any Service] = [
            SocketService(server: server) {
                file.remove(inode: inode.withLockedValue { $0 })
            },
            GatewayLoop(
                link: link, keeper: keeper, board: board, configuration: configuration,
                bundlesChanged: { await own.trustChanged() }, logger: logger),
            RenewalLoop(keeper: keeper, own: own),
            EventLoop(link: link, events: events, logger: logger),
        ]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        try await threads.shutdownGracefully()
    }
}

/// Serves the socket until the agent stops.
private struct SocketService: Service {
    let server: GRPCServer<HTTP2ServerTransport.Custom<WorkloadListener>>
    let stopping: @Sendable () -> Void

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.serve()
        } onGracefulShutdown: {
            stopping()
            server.beginGracefulShutdown()
        }
    }
}

/// Looks every second for what is to be renewed.
private struct RenewalLoop: Service {
    let keeper: IdentityKeeper
    let own: OwnIdentity

    func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                await own.renewIfDue()
                await keeper.renewDue()
            }
        }
    }
}
