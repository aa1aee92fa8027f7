public import Audit
internal import Auth
public import Logging
internal import NIOCore
internal import NIOPosix
internal import PKI
internal import Policy
internal import Registry
internal import Wire

/// The one place where the parts are put together, for the executable and the integration tests alike.
///
/// Order matters: keys, policy, journal and catalogue are open before any port is bound.
public enum Assembly {
    /// Creates the trust domain and the operator's identity where they are missing.
    ///
    /// - Parameter configuration: Names the folders and the trust domain.
    /// - Returns: One line for each thing that was made; none if all was there.
    /// - Throws: What the PKI module says of a folder that it can't use.
    public static func initialise(_ configuration: GatewayConfiguration) throws -> [String] {
        let now = JournalConfiguration.systemClock()
        return try TrustDomainOpening(configuration).open(nowNanoseconds: now).made
    }

    /// Opens everything and binds the listeners.
    ///
    /// - Parameters:
    ///   - configuration: Validated settings.
    ///   - logger: Where the gateway logs.
    ///   - clock: Nanoseconds since the Unix epoch.
    /// - Returns: The gateway, ready to run; its ports are bound.
    /// - Throws: The first part's error that can't be opened.
    public static func build(
        _ configuration: GatewayConfiguration, logger: Logger,
        clock: @escaping @Sendable () -> Int64 = JournalConfiguration.systemClock
    ) async throws -> Gateway {
        try await build(configuration, logger: logger, outside: OutsideParts(), clock: clock)
    }

    /// The same with outside parts given, for tests.
    package static func build(
        _ configuration: GatewayConfiguration, logger: Logger, outside: OutsideParts,
        clock: @escaping @Sendable () -> Int64
    ) async throws -> Gateway {
        let opening = try TrustDomainOpening(configuration).open(nowNanoseconds: clock())
        for line in opening.made { logger.notice("\(line)") }
        let files = PolicySourceFiles(
            path: configuration.policyPath, trustDomain: configuration.trustDomain,
            datacenter: configuration.datacenter)
        let policies = PolicyHolder(try files.load())
        let state = try StateOpening(
            configuration: configuration, outside: outside, clock: clock
        ).open()
        for line in state.notes { logger.notice("\(line)") }
        try await record(policies.current.policy, in: state.journal)
        let metrics = GatewayMetrics()
        let reloader = PolicyReloader(
            files: files, holder: policies, journal: state.journal, metrics: metrics,
            logger: logger)
        let readiness = readiness(state, reloader)
        let services = services(
            configuration, opening.store, policies, state, readiness, clock)
        let core = GatewayCore(
            policies: policies, journal: state.journal,
            verifier: SVIDVerifier(trust: opening.store.trust), services: services,
            metrics: metrics, slowLane: outside.slowLane)
        let fronts = Fronts(
            trustDomain: configuration.trustDomain, more: outside.tables,
            authenticators: outside.authenticators)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        let listeners = try await Listeners.start(
            configuration, store: opening.store, core: core, fronts: fronts,
            people: outside.people, readiness: readiness, group: group, logger: logger)
        return Gateway(
            configuration: configuration, core: core, state: state, listeners: listeners,
            reloader: reloader, logger: logger)
    }

    /// The log says which policy the gateway starts with, as it says of each that follows.
    private static func record(_ policy: CompiledPolicy, in journal: Journal) async throws {
        _ = try await journal.record(PolicyReloader.activation(old: nil, new: policy.digest))
    }

    private static func readiness(
        _ state: OpenedState, _ reloader: PolicyReloader
    ) -> Readiness {
        let readiness = Readiness()
        readiness.add {
            switch state.journal.state {
            case .open: nil
            case .refusing(let reason): "audit log: \(reason)"
            case .closed: "audit log: closed"
            }
        }
        readiness.add {
            switch state.registry.storeState {
            case .healthy: nil
            case .failing(let reason): "catalogue store: \(reason)"
            }
        }
        return readiness
    }

    private static func services(
        _ configuration: GatewayConfiguration, _ store: TrustDomainStore, _ policies: PolicyHolder,
        _ state: OpenedState, _ readiness: Readiness, _ clock: @escaping @Sendable () -> Int64
    ) -> Services {
        Services(
            registry: state.registry, authority: store.authority,
            svidTTLSeconds: configuration.identity.svidTTLSeconds,
            status: StatusSource(
                trustDomain: configuration.trustDomain, datacenter: configuration.datacenter,
                startedNanoseconds: clock(), policies: policies, readiness: readiness),
            clock: clock)
    }
}
