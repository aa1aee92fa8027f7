internal import Audit
internal import Logging
internal import NIOCore
internal import Registry
internal import ServiceLifecycle
internal import UnixSignals

/// A gateway whose ports are bound; `run` serves until it is told to stop.
public final class Gateway: Sendable {
    private let configuration: GatewayConfiguration
    private let core: GatewayCore
    private let state: OpenedState
    private let listeners: Listeners
    private let reloader: PolicyReloader
    private let logger: Logger

    init(
        configuration: GatewayConfiguration, core: GatewayCore, state: OpenedState,
        listeners: Listeners, reloader: PolicyReloader, logger: Logger
    ) {
        self.configuration = configuration
        self.core = core
        self.state = state
        self.listeners = listeners
        self.reloader = reloader
        self.logger = logger
    }

    /// Where the service listener answers, as `https://127.0.0.1:8443`.
    public var serviceAddress: String { listeners.serviceAddress }

    /// Where people sign on, if they may.
    package var peopleAddress: String? { listeners.peopleAddress }

    /// The way into the pipeline for callers in this process.
    package var lanes: LaneTable { listeners.lanes }

    /// Looks for a changed policy now.
    package func reloadPolicy() async {
        reloader.requestReload()
        await reloader.look()
    }

    /// Where metrics and health are, as `http://127.0.0.1:9464`.
    public var metricsAddress: String { listeners.metricsAddress }

    /// Serves until SIGTERM or SIGINT, then drains, writes what is left and returns.
    ///
    /// - Throws: What ended a part of the gateway before its time.
    public func run() async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services().map { .init(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch {
            await close()
            throw error
        }
        await close()
        logger.notice("stopped")
    }

    private func services() -> [any Service] {
        [
            core.slowLane,
            listeners,
            Announcement(
                lines: [
                    "service listener on \(serviceAddress)",
                    "metrics listener on \(metricsAddress)",
                ], logger: logger),
            reloader,
            ReloadSignal(reloader: reloader, logger: logger),
            LeaseSweeper(
                registry: state.registry, journal: state.journal, logger: logger, clock: core.now),
            listeners.identityRenewal,
        ]
    }

    /// Everything that was acknowledged is durable already; this only tidies.
    private func close() async {
        await listeners.stop()
        do {
            try state.registry.close()
        } catch {
            logger.error("catalogue not stored, the log has it: \(error)")
        }
        state.journal.close()
    }
}

/// Says where the gateway answers once the group runs, so that a signal after it ends the gateway in order.
private final class Announcement: Service {
    private let lines: [String]
    private let logger: Logger

    init(lines: [String], logger: Logger) {
        self.lines = lines
        self.logger = logger
    }

    func run() async throws {
        for line in lines { logger.notice("\(line)") }
        try? await gracefulShutdown()
    }
}
