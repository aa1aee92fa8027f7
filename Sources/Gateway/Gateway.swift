internal import Audit
internal import Auth
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
    private let identities: IdentityServices
    private let logger: Logger

    init(
        configuration: GatewayConfiguration, core: GatewayCore, state: OpenedState,
        listeners: Listeners, reloader: PolicyReloader, identities: IdentityServices,
        logger: Logger
    ) {
        self.configuration = configuration
        self.core = core
        self.state = state
        self.listeners = listeners
        self.reloader = reloader
        self.identities = identities
        self.logger = logger
    }

    var connections: ConnectionRegistry { core.connections }
    var credentials: CredentialChain { core.credentials }

    /// Where the service listener answers, as `https://127.0.0.1:8443`.
    public var serviceAddress: String { listeners.address(of: .service) }

    /// Where a listener answers, as `https://127.0.0.1:8444`.
    public func address(of listener: ListenerKind) -> String { listeners.address(of: listener) }

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
            // Stops last: it has to serve the requests that the listeners drain.
            core.slowLane,
            listeners,
            Announcement(
                lines: ListenerKind.allCases.map {
                    "\($0.rawValue) listener on \(address(of: $0))"
                } + [
                    "metrics listener on \(metricsAddress)"
                ], logger: logger),
            reloader,
            ReloadSignal(reloader: reloader, logger: logger),
            LeaseSweeper(
                registry: state.registry, journal: state.journal, logger: logger, clock: core.now),
            listeners.identityRenewal,
            state.auditDesk,
            core.performer.identity.feed,
            identities.rotation,
            identities.federation,
            IssuerRefresh(tokens: core.tokens, logger: logger, clock: core.now),
            KeyUseWriter(keys: core.keys, logger: logger),
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
        state.auditDesk.stop()
        state.custodian.stop()
        state.keys.close()
        state.journal.close()
        state.notary.stop()
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
