internal import Audit
package import Auth
internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import Registry
public import ServiceLifecycle

/// A gateway whose ports are bound; `run` serves until it is told to stop.
///
/// It takes no signals: those are the executable's business, and several gateways may live in one process.
public final class Gateway: Service {
    private let core: GatewayCore
    private let state: OpenedState
    private let listeners: Listeners
    private let reloader: PolicyReloader
    private let signer: CheckpointSigner
    private let group: ServiceGroup
    private let logger: Logger
    private let isClosed = NIOLockedValueBox(false)

    init(
        core: GatewayCore, state: OpenedState, listeners: Listeners, reloader: PolicyReloader,
        sweeper: LeaseSweeper, keyReader: IssuerKeyReader, keyRotation: KeyRotation,
        authorities: AuthorityRotation, keepers: KeeperWatch, signer: CheckpointSigner,
        reader: LogReader?, space: LogSpace, admin: AdminSocket,
        ticker: any Ticker, logger: Logger
    ) {
        self.core = core
        self.state = state
        self.listeners = listeners
        self.reloader = reloader
        self.signer = signer
        self.logger = logger
        // They end in the opposite order, each once the one after it has ended.
        let services: [any Service] = [
            core.streams, core.slowLane, listeners,
            core.signOns,
            Announcement(lines: listeners.lines, logger: logger),
            reloader,
            LogWatcher(
                journal: state.journal, anchors: state.anchors, logger: logger, ticker: ticker),
            signer, space, sweeper, keyReader, keyRotation, authorities, keepers, admin,
            listeners.identityRenewal,
            NoiseWriter(noise: core.noise, ticker: ticker),
            LockWatch(access: state.access, clock: core.now, ticker: ticker),
            KeyUseWriter(keys: state.keys, logger: logger, ticker: ticker),
            SessionSweeper(
                sessions: state.sessions, live: core.services.live, clocks: core.services.clocks,
                logger: logger, ticker: ticker),
            OpenIDKeeper(core.services.providers.openID, logger: logger, ticker: ticker),
            DeviceKeeper(core.services.devices, logger: logger, ticker: ticker),
            SAMLKeeper(
                core.services.providers.saml, journal: state.journal, metrics: core.metrics,
                logger: logger, ticker: ticker),
            SessionConfirmer(
                core: core, providers: core.services.providers, logger: logger, ticker: ticker),
            RevocationKeeper(
                certificates: state.certificates, clock: core.now, logger: logger, ticker: ticker),
            CertificateWatch(
                listeners.receptions[.service], core, ticker,
                also: {
                    listeners.identityRenewal.refreshIfLate()
                    core.metrics.certificates.look(at: core.now(), logger)
                }),
            ClockWatch(
                clocks: core.services.clocks, journal: state.journal, metrics: core.metrics,
                logger: logger, ticker: ticker),
            ReadinessEnd(readiness: core.services.status.readiness),
        ]
        let optional: [(any Service)?] = [listeners.publication?.keeper, reader]
        let told = optional.compactMap { $0 }
        group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: (services + told).map { .init(service: $0) }, logger: logger))
    }

    /// Where the service listener answers, as `https://127.0.0.1:8443`.
    public var serviceAddress: String { listeners.address(.service) ?? "" }

    /// Where people are served; nil if nowhere.
    public var peopleAddress: String? { listeners.address(.people) }

    /// Where anybody reads what is public; nil if nowhere.
    public var federationAddress: String? { listeners.address(.federation) }

    /// Where anybody reads which certificates are revoked, as `http://127.0.0.1:8080`; nil if nowhere.
    public var revocationAddress: String? { listeners.revocationAddress }

    /// The way into the pipeline for callers in this process.
    package var lanes: LaneTable { listeners.lanes }

    /// What is live of whom.
    package var live: LiveIndex { core.services.live }

    /// What is revoked of certificates.
    package var certificates: CertificateRevocations { state.certificates }

    /// Where metrics and health are, as `http://127.0.0.1:9464`.
    public var metricsAddress: String { listeners.metricsAddress }

    /// Serves until `stop` or until the group that it runs in shuts down; then drains, writes what is left and returns.
    ///
    /// - Throws: What ended a part of the gateway before its time.
    public func run() async throws {
        do {
            try await group.run()
        } catch {
            await close()
            throw error
        }
        await close()
        logger.notice("stopped")
    }

    /// Tells `run` to end in order, also one that has not begun; `run` returns once all is written.
    public func stop() async {
        await group.triggerGracefulShutdown()
    }

    /// Has the policy files read again at the next look, whether or not they changed.
    public func requestPolicyReload() {
        reloader.requestReload()
    }

    /// Gives ports, threads and files back; only for a gateway that never ran, since `run` ends with it.
    ///
    /// Everything that was acknowledged is durable already; this only tidies.
    public func close() async {
        let isFirst = isClosed.withLockedValue { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isFirst else { return }
        await listeners.stop()
        await core.noise.write()
        state.close(logger)
        // The end of the log is one that was signed.
        await signer.finish()
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
