internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import Wire

/// All sockets of the gateway and the event loops behind them.
///
/// Metrics and health have a loop of their own: they answer while the service loops wait for a disk.
final class Listeners: Service {
    let identityRenewal: IdentityRenewal
    /// Who takes the connections of each listener that serves operations.
    let receptions: [ListenerName: Reception]
    private let opened: [ListenerName: Listener]
    private let metrics: Listener
    let publication: Publication?
    private let revocation: Listener?
    let lanes: LaneTable
    private let slowLane: SlowLane
    private let loops: Loops
    private let descriptors: Descriptors
    private let drainTime: TimeAmount

    private init(
        identityRenewal: IdentityRenewal, receptions: [ListenerName: Reception],
        opened: [ListenerName: Listener], metrics: Listener, publication: Publication?,
        revocation: Listener?, lanes: LaneTable, slowLane: SlowLane, loops: Loops,
        descriptors: Descriptors, drainTime: TimeAmount
    ) {
        self.identityRenewal = identityRenewal
        self.receptions = receptions
        self.opened = opened
        self.metrics = metrics
        self.publication = publication
        self.revocation = revocation
        self.lanes = lanes
        self.slowLane = slowLane
        self.loops = loops
        self.descriptors = descriptors
        self.drainTime = drainTime
    }

    /// Binds all ports, or none.
    static func start(
        _ configuration: GatewayConfiguration, core: GatewayCore, fronts: Fronts,
        outside: OutsideParts, readiness: Readiness, renewal: IdentityRenewal,
        alarm: UnloggedAlarm, publication: Publication?
    ) async throws -> Listeners {
        let loops = Loops(
            service: MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount),
            metrics: MultiThreadedEventLoopGroup(numberOfThreads: 1),
            revocation: publication.map { _ in MultiThreadedEventLoopGroup(numberOfThreads: 1) })
        do {
            return try await bind(
                configuration, core: core, fronts: fronts, outside: outside, readiness: readiness,
                renewal: renewal, alarm: alarm, publication: publication, loops: loops)
        } catch {
            // What was bound until then is closed with its loop.
            await loops.shutdown()
            throw error
        }
    }

    private static func bind(
        _ configuration: GatewayConfiguration, core: GatewayCore, fronts: Fronts,
        outside: OutsideParts, readiness: Readiness, renewal: IdentityRenewal,
        alarm: UnloggedAlarm, publication: Publication?, loops: Loops
    ) async throws -> Listeners {
        let group = loops.service
        let lanes = try await LaneTable(group: group, core: core)
        let descriptors = Descriptors.raised(
            connectionsWanted: configuration.limits.connectionsMax)
        let shares = ConnectionShares(descriptors.connectionsMax, configuration.listen)
        core.rates.share(connections: shares.service)
        let plans = ListenerPlans(
            configuration.listen, fronts, shares, renewal,
            bodyProgressNanoseconds: outside.bodyProgressNanoseconds)
        let gate = ClientGate(lanes: lanes, core: core, alarm: alarm)
        var receptions: [ListenerName: Reception] = [:]
        var opened: [ListenerName: Listener] = [:]
        for plan in plans.all {
            let reception = try await Reception(plan.front, lanes, on: group)
            receptions[plan.name] = reception
            opened[plan.name] = try await Listener.start(
                plan.settings(gate, reception), at: plan.key, on: group)
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
        var revocation: Listener?
        if let publication, let group = loops.revocation {
            revocation = try await Listener.start(
                publication.settings, at: ConfigurationName.revocation, on: group)
        }
        return Listeners(
            identityRenewal: renewal, receptions: receptions, opened: opened, metrics: metrics,
            publication: publication, revocation: revocation, lanes: lanes,
            slowLane: core.slowLane, loops: loops, descriptors: descriptors,
            drainTime: .seconds(Int64(configuration.limits.drainSeconds)))
    }

    /// Where a listener answers; nil if it is off.
    func address(_ name: ListenerName) -> String? {
        opened[name].map { "https://" + Self.text($0.localAddress) }
    }
    /// Where lists of revoked certificates are; nil if nowhere.
    var revocationAddress: String? { revocation.map { "http://" + Self.text($0.localAddress) } }
    var metricsAddress: String { "http://" + Self.text(metrics.localAddress) }

    /// What a person is told of where they answer.
    var lines: [String] {
        let serving = ListenerName.allCases.compactMap { name in
            address(name).map { "\(name.rawValue) listener on \($0)" }
        }
        let told = revocationAddress.map { ["revocation listener on \($0)"] } ?? []
        return [descriptors.line] + serving + told + ["metrics listener on \(metricsAddress)"]
    }

    /// Serves until the gateway is told to stop, then lets open requests finish.
    func run() async throws {
        try? await gracefulShutdown()
        async let _ = slowLane.drain(within: .nanoseconds(drainTime.nanoseconds))
        await withDiscardingTaskGroup { group in
            for listener in opened.values {
                group.addTask { await listener.drain(within: self.drainTime) }
            }
        }
    }

    /// Closes what is left and ends the loops.
    func stop() async {
        for listener in opened.values { await listener.close() }
        await revocation?.close()
        await metrics.close()
        await lanes.finish()
        lanes.core.services.live.close()
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
    /// What strangers ask takes no time of anybody else's.
    let revocation: MultiThreadedEventLoopGroup?

    func shutdown() async {
        try? await service.shutdownGracefully()
        try? await metrics.shutdownGracefully()
        try? await revocation?.shutdownGracefully()
    }
}
