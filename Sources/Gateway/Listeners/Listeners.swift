internal import Logging
internal import NIOCore
internal import NIOPosix
internal import PKI
internal import ServiceLifecycle
internal import Wire

/// All sockets of the gateway and the event loops behind them.
///
/// Metrics and health have a loop of their own: they answer while the service loops wait for a disk.
final class Listeners: Service {
    let identityRenewal: IdentityRenewal
    private let serving: [ListenerKind: Listener]
    private let metrics: Listener
    private let lanes: LaneTable
    private let groups: [MultiThreadedEventLoopGroup]
    private let drainTime: TimeAmount

    private init(
        identityRenewal: IdentityRenewal, serving: [ListenerKind: Listener], metrics: Listener,
        lanes: LaneTable, groups: [MultiThreadedEventLoopGroup], drainTime: TimeAmount
    ) {
        self.identityRenewal = identityRenewal
        self.serving = serving
        self.metrics = metrics
        self.lanes = lanes
        self.groups = groups
        self.drainTime = drainTime
    }

    static func start(
        _ configuration: GatewayConfiguration, store: TrustDomainStore, core: GatewayCore,
        readiness: Readiness, group: MultiThreadedEventLoopGroup, logger: Logger
    ) async throws -> Listeners {
        let renewal = try IdentityRenewal(
            store: store, configuration: configuration, logger: logger, clock: core.now)
        let lanes = try await LaneTable(group: group, core: core)
        let gate = ClientGate(lanes: lanes, core: core)
        var serving: [ListenerKind: Listener] = [:]
        for kind in ListenerKind.allCases {
            var limits = Limits()
            limits.connectionsMax = configuration.limits.connectionsMax
            limits.bodyBytesMax = core.routes.bodyBytesMax(on: kind)
            let address = configuration.listen.address(of: kind)
            // INVARIANT: none of these listeners is ever in the clear.
            guard let tls = renewal.contexts[kind] else { continue }
            serving[kind] = try await Listener.start(
                ListenerSettings(
                    host: address.host, port: address.port, tls: tls,
                    peerGate: gate, limits: limits,
                    makeHandler: { loop in lanes.handler(on: loop, kind) }),
                on: group)
        }
        let metricsGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let metrics = try await startMetrics(configuration, core, readiness, metricsGroup)
        return Listeners(
            identityRenewal: renewal, serving: serving, metrics: metrics, lanes: lanes,
            groups: [group, metricsGroup],
            drainTime: .seconds(Int64(configuration.limits.drainSeconds)))
    }

    private static func startMetrics(
        _ configuration: GatewayConfiguration, _ core: GatewayCore, _ readiness: Readiness,
        _ group: MultiThreadedEventLoopGroup
    ) async throws -> Listener {
        let pages = HealthPages(readiness: readiness, core: core)
        var limits = Limits()
        limits.connectionsMax = ListenerLimits.metricsConnectionsMax
        let address = configuration.listen.metrics
        return try await Listener.start(
            ListenerSettings(
                host: address.host, port: address.port, tls: nil,
                limits: limits, makeHandler: { _ in HealthConnection(pages: pages) }),
            on: group)
    }

    func address(of kind: ListenerKind) -> String {
        "https://" + Self.text(serving[kind]?.localAddress)
    }

    var metricsAddress: String { "http://" + Self.text(metrics.localAddress) }

    /// Serves until the gateway is told to stop, then lets open requests finish.
    func run() async throws {
        try? await gracefulShutdown()
        let drainTime = drainTime
        await withDiscardingTaskGroup { group in
            for listener in serving.values {
                group.addTask { await listener.drain(within: drainTime) }
            }
        }
    }

    /// Closes what is left and ends the loops.
    func stop() async {
        for listener in serving.values { await listener.close() }
        await metrics.close()
        await lanes.finish()
        for group in groups { try? await group.shutdownGracefully() }
    }

    private static func text(_ address: SocketAddress?) -> String {
        ListenAddress(host: address?.ipAddress ?? "?", port: address?.port ?? 0).description
    }
}

/// Sizes of the listeners that differ from the wire's own.
enum ListenerLimits {
    /// The longest request body: a registration with all its metadata fits many times.
    static let bodyBytesMax = 64 << 10
    /// Connections to the metrics listener at once.
    static let metricsConnectionsMax = 64
}

extension GatewayConfiguration.Listen {
    /// Where a listener of the route table listens.
    func address(of kind: ListenerKind) -> ListenAddress {
        switch kind {
        case .service: service
        case .people: people
        case .federation: federation
        }
    }
}
