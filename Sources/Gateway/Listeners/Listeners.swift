internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import Wire

/// All sockets of the gateway and the event loops behind them.
///
/// Metrics and health have a loop of their own: they answer while the service loops wait for a disk.
final class Listeners: Service {
    let identityRenewal: IdentityRenewal
    /// Who takes the connections of clients with certificates.
    let reception: Reception
    private let service: Listener
    private let people: Listener?
    private let metrics: Listener
    let lanes: LaneTable
    private let slowLane: SlowLane
    private let loops: Loops
    private let descriptors: Descriptors
    private let drainTime: TimeAmount

    private init(
        identityRenewal: IdentityRenewal, reception: Reception, service: Listener,
        people: Listener?, metrics: Listener, lanes: LaneTable, slowLane: SlowLane, loops: Loops,
        descriptors: Descriptors, drainTime: TimeAmount
    ) {
        self.identityRenewal = identityRenewal
        self.reception = reception
        self.service = service
        self.people = people
        self.metrics = metrics
        self.lanes = lanes
        self.slowLane = slowLane
        self.loops = loops
        self.descriptors = descriptors
        self.drainTime = drainTime
    }

    /// Binds all ports, or none.
    static func start(
        _ configuration: GatewayConfiguration, core: GatewayCore, fronts: Fronts,
        outside: OutsideParts, readiness: Readiness, renewal: IdentityRenewal
    ) async throws -> Listeners {
        let loops = Loops(
            service: MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount),
            metrics: MultiThreadedEventLoopGroup(numberOfThreads: 1))
        do {
            return try await bind(
                configuration, core: core, fronts: fronts, outside: outside, readiness: readiness,
                renewal: renewal, loops: loops)
        } catch {
            // What was bound until then is closed with its loop.
            await loops.shutdown()
            throw error
        }
    }

    private static func bind(
        _ configuration: GatewayConfiguration, core: GatewayCore, fronts: Fronts,
        outside: OutsideParts, readiness: Readiness, renewal: IdentityRenewal,
        loops: Loops
    ) async throws -> Listeners {
        let group = loops.service
        let lanes = try await LaneTable(group: group, core: core)
        let descriptors = Descriptors.raised(
            connectionsWanted: configuration.limits.connectionsMax)
        let peopleMax =
            outside.people == nil
            ? 0 : max(1, descriptors.connectionsMax / ListenerLimits.peopleShare)
        var limits = Limits(connectionsMax: descriptors.connectionsMax - peopleMax)
        if let time = outside.bodyProgressNanoseconds { limits.bodyProgressNanoseconds = time }
        core.rates.share(connections: limits.connectionsMax)
        let address = configuration.listen.service
        let serviceReception = try await Reception(fronts.service, lanes, on: group)
        let service = try await Listener.start(
            ListenerSettings(
                host: address.host, port: address.port, tls: renewal.contexts,
                peerGate: ClientGate(lanes: lanes, core: core), limits: limits,
                makeHandler: { serviceReception.handler(on: $0) }),
            at: "listen.service", on: group)
        var people: Listener?
        if let address = outside.people {
            let peopleReception = try await Reception(fronts.people, lanes, on: group)
            people = try await Listener.start(
                ListenerSettings(
                    host: address.host, port: address.port, tls: renewal.openContexts,
                    limits: Limits(connectionsMax: peopleMax),
                    makeHandler: { peopleReception.handler(on: $0) }),
                at: "listen.people", on: group)
        }
        let pages = HealthPages(readiness: readiness, core: core)
        var metricsLimits = Limits()
        metricsLimits.connectionsMax = ListenerLimits.metricsConnectionsMax
        metricsLimits.takesHTTP10 = true
        let metricsAddress = configuration.listen.metrics
        let metrics = try await Listener.start(
            ListenerSettings(
                host: metricsAddress.host, port: metricsAddress.port, tls: nil,
                limits: metricsLimits, makeHandler: { _ in HealthConnection(pages: pages) }),
            at: "listen.metrics", on: loops.metrics)
        return Listeners(
            identityRenewal: renewal, reception: serviceReception, service: service, people: people,
            metrics: metrics, lanes: lanes, slowLane: core.slowLane, loops: loops,
            descriptors: descriptors,
            drainTime: .seconds(Int64(configuration.limits.drainSeconds)))
    }

    var serviceAddress: String { "https://" + Self.text(service.localAddress) }
    var peopleAddress: String? { people.map { "https://" + Self.text($0.localAddress) } }
    var metricsAddress: String { "http://" + Self.text(metrics.localAddress) }

    /// What a person is told of where they answer.
    var lines: [String] {
        [
            descriptors.line, "service listener on \(serviceAddress)",
            "metrics listener on \(metricsAddress)",
        ]
    }

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
        await loops.shutdown()
    }

    private static func text(_ address: SocketAddress?) -> String {
        ListenAddress(host: address?.ipAddress ?? "?", port: address?.port ?? 0).description
    }
}

/// The event loops of the listeners.
private struct Loops: Sendable {
    let service: MultiThreadedEventLoopGroup
    let metrics: MultiThreadedEventLoopGroup

    func shutdown() async {
        try? await service.shutdownGracefully()
        try? await metrics.shutdownGracefully()
    }
}

extension Limits {
    /// The limits of a listener for so many connections.
    fileprivate init(connectionsMax: Int) {
        self.init()
        self.connectionsMax = max(1, connectionsMax)
        bodyBytesMax = ListenerLimits.bodyBytesMax
        unprovenMax = max(1, min(unprovenMax, connectionsMax / ListenerLimits.unprovenShare))
        unprovenPerSourceMax = min(unprovenPerSourceMax, max(1, unprovenMax / 2))
    }
}

/// Sizes of the listeners that differ from the wire's own.
enum ListenerLimits {
    /// The longest request body: a registration with all its metadata fits many times.
    static let bodyBytesMax = 64 << 10
    /// Connections to the metrics listener at once.
    static let metricsConnectionsMax = 64
    /// File descriptors that are kept for journal, store, policy, event loops and the metrics listener.
    static let descriptorsReserved = 256
    /// What is assumed where the system does not say how many there may be.
    static let descriptorsAssumed = 1024
    /// The part of all connections that may be to the people listener.
    static let peopleShare = 4
    /// The part of a listener's connections whose peers may not have shown yet who they are.
    static let unprovenShare = 4
}
