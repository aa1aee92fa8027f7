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
    private let service: Listener
    private let people: Listener?
    private let metrics: Listener
    let lanes: LaneTable
    private let slowLane: SlowLane
    private let groups: [MultiThreadedEventLoopGroup]
    private let drainTime: TimeAmount

    private init(
        identityRenewal: IdentityRenewal, service: Listener, people: Listener?, metrics: Listener,
        lanes: LaneTable, slowLane: SlowLane, groups: [MultiThreadedEventLoopGroup],
        drainTime: TimeAmount
    ) {
        self.identityRenewal = identityRenewal
        self.service = service
        self.people = people
        self.metrics = metrics
        self.lanes = lanes
        self.slowLane = slowLane
        self.groups = groups
        self.drainTime = drainTime
    }

    static func start(
        _ configuration: GatewayConfiguration, store: TrustDomainStore, core: GatewayCore,
        fronts: Fronts, people peopleAddress: ListenAddress?, readiness: Readiness,
        group: MultiThreadedEventLoopGroup, logger: Logger
    ) async throws -> Listeners {
        let renewal = try IdentityRenewal(
            store: store, configuration: configuration, logger: logger, clock: core.now)
        let lanes = try await LaneTable(group: group, core: core)
        var limits = Limits()
        limits.connectionsMax = configuration.limits.connectionsMax
        limits.bodyBytesMax = ListenerLimits.bodyBytesMax
        let address = configuration.listen.service
        let service = try await Listener.start(
            ListenerSettings(
                host: address.host, port: address.port, tls: renewal.contexts,
                peerGate: ClientGate(lanes: lanes, core: core), limits: limits,
                makeHandler: { loop in lanes.handler(on: loop, front: fronts.service) }),
            on: group)
        var people: Listener?
        if let address = peopleAddress {
            people = try await Listener.start(
                ListenerSettings(
                    host: address.host, port: address.port, tls: renewal.openContexts,
                    limits: limits,
                    makeHandler: { loop in lanes.handler(on: loop, front: fronts.people) }),
                on: group)
        }
        let metricsGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let pages = HealthPages(readiness: readiness, core: core)
        var metricsLimits = Limits()
        metricsLimits.connectionsMax = ListenerLimits.metricsConnectionsMax
        let metricsAddress = configuration.listen.metrics
        let metrics = try await Listener.start(
            ListenerSettings(
                host: metricsAddress.host, port: metricsAddress.port, tls: nil,
                limits: metricsLimits, makeHandler: { _ in HealthConnection(pages: pages) }),
            on: metricsGroup)
        return Listeners(
            identityRenewal: renewal, service: service, people: people, metrics: metrics,
            lanes: lanes, slowLane: core.slowLane, groups: [group, metricsGroup],
            drainTime: .seconds(Int64(configuration.limits.drainSeconds)))
    }

    var serviceAddress: String { "https://" + Self.text(service.localAddress) }
    var peopleAddress: String? { people.map { "https://" + Self.text($0.localAddress) } }
    var metricsAddress: String { "http://" + Self.text(metrics.localAddress) }

    /// Serves until the gateway is told to stop, then lets open requests finish.
    func run() async throws {
        try? await gracefulShutdown()
        async let _ = slowLane.drain(within: .nanoseconds(drainTime.nanoseconds))
        async let other: Void? = people?.drain(within: drainTime)
        await service.drain(within: drainTime)
        _ = await other
    }

    /// Closes what is left and ends the loops.
    func stop() async {
        await service.close()
        await people?.close()
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
