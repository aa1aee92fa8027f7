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
        try await build(configuration, logger: logger, clock: clock, with: GatewayAdditions())
    }

    static func build(
        _ configuration: GatewayConfiguration, logger: Logger,
        clock: @escaping @Sendable () -> Int64 = JournalConfiguration.systemClock,
        with additions: GatewayAdditions
    ) async throws -> Gateway {
        let opening = try TrustDomainOpening(configuration).open(nowNanoseconds: clock())
        for line in opening.made { logger.notice("\(line)") }
        let files = PolicySourceFiles(
            path: configuration.policyPath, trustDomain: configuration.trustDomain,
            datacenter: configuration.datacenter)
        let archive = PolicyArchive(dataDirectory: configuration.dataDirectory)
        let opened = try PolicyOpening(
            files: files, gates: configuration.policyGates, archive: archive,
            stateFile: StateFile(path: configuration.dataDirectory + "/policies/state.json"),
            logger: logger
        ).open(nowNanoseconds: clock())
        let state = try open(configuration, opening.store, logger: logger, clock: clock)
        state.notary.onFinding { logger.error("audit log: \($0.text)") }
        state.custodian.onFinding { logger.error("audit log: \($0.text)") }
        try await state.keys.replayRevocations(state.revokedKeys, nowNanoseconds: clock())
        // The log says which policy the gateway starts with, as it says of each that follows.
        for record in opened.records { _ = try await state.journal.record(record) }
        let metrics = GatewayMetrics()
        let office = PolicyOffice(
            opened: opened, archive: archive,
            keeper: PolicyGatekeeper(
                files: files, gates: configuration.policyGates,
                replay: PolicyReplay(
                    auditDirectory: configuration.auditDirectory, archive: archive,
                    trustDomain: configuration.trustDomain)),
            journal: state.journal, metrics: metrics, logger: logger, clock: clock)
        let reloader = PolicyReloader(files: files, office: office, isDue: opened.isFileDue)
        let readiness = readiness(state)
        readiness.note { office.notices.lines }
        let desk = AuthorityDesk(trustDomain: opening.store)
        let identity = try IdentityDesk.open(configuration, trustDomain: opening.store)
        let core = core(
            configuration, desk, opened.holder, state, identity, metrics, readiness,
            additions.adding(PolicyRoutes.rows(PolicyDesk(office))), clock)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        let listeners = try await Listeners.start(
            configuration, store: opening.store, core: core, readiness: readiness, group: group,
            logger: logger)
        desk.use(listeners.identityRenewal, core.connections)
        let identities = IdentityServices(
            rotation: AuthorityRotation(
                desk: desk, journal: state.journal, logger: logger, clock: clock),
            federation: try FederationClient(
                configuration.federation, desk: desk,
                folder: configuration.dataDirectory + "/federation", journal: state.journal,
                logger: logger, clock: clock))
        return Gateway(
            configuration: configuration, core: core, state: state, listeners: listeners,
            reloader: reloader, identities: identities, logger: logger)
    }

    /// Opens the log and the catalogue; what the log says of revocations holds, whatever the folder of keys says.
    private static func open(
        _ configuration: GatewayConfiguration, _ store: TrustDomainStore, logger: Logger,
        clock: @escaping @Sendable () -> Int64
    ) throws -> OpenedState {
        var changes: [AuthorityChange] = []
        var opening = StateOpening(configuration: configuration, clock: clock)
        opening.alsoReplay = { record in
            if let change = AuthorityChange(record) { changes.append(change) }
            store.issued.replay(record)
        }
        let state = try opening.open()
        for line in state.notes { logger.notice("\(line)") }
        if try store.office.restore(changes, nowNanoseconds: clock()) {
            logger.warning(
                "the log knows of revocations that the folder of keys did not: they hold")
        }
        return state
    }

    private static func readiness(_ state: OpenedState) -> Readiness {
        let readiness = Readiness()
        readiness.add {
            switch state.journal.state {
            case .open: nil
            case .refusing(let reason): "audit log: \(reason)"
            case .closed: "audit log: closed"
            }
        }
        readiness.add { state.notary.finding.map { "audit log: \($0.text)" } }
        readiness.add { state.custodian.finding.map { "audit log: \($0.text)" } }
        readiness.add {
            state.journal.isDiskLow ? "audit log: the disk is nearly full" : nil
        }
        readiness.add {
            switch state.registry.storeState {
            case .healthy: nil
            case .failing(let reason): "catalogue store: \(reason)"
            }
        }
        return readiness
    }

    private static func core(
        _ configuration: GatewayConfiguration, _ desk: AuthorityDesk, _ policies: PolicyHolder,
        _ state: OpenedState, _ identity: IdentityDesk, _ metrics: GatewayMetrics,
        _ readiness: Readiness, _ additions: GatewayAdditions,
        _ clock: @escaping @Sendable () -> Int64
    ) -> GatewayCore {
        let store = desk.trustDomain
        let pages = FederationPages(trustDomain: store, issuer: configuration.tokenIssuer)
        let tokens = TokenAuthenticator(configuration.tokenIssuers)
        let status = StatusReport(
            trustDomain: configuration.trustDomain, datacenter: configuration.datacenter,
            startedNanoseconds: clock(), policies: policies, readiness: readiness)
        return GatewayCore(
            policies: policies, journal: state.journal,
            authenticator: CertificateAuthenticator(
                trustDomain: configuration.trustDomain,
                federatedTrustDomains: Set(configuration.federation.map(\.trustDomain))),
            verifier: SVIDVerifier(trust: store.trust),
            routes: RouteTable.native.adding(FederationRoutes.rows(pages))
                .adding(AuthorityRoutes.rows(desk))
                .adding(
                    EvidenceRoutes.rows(
                        Evidence(notary: state.notary, subjects: state.subjects))
                ).adding(AuditRoutes.rows(state.auditDesk)).adding(additions.routes),
            performer: Performer(
                registry: state.registry, trustDomain: store,
                ttlSeconds: configuration.identity.svidTTLSeconds, identity: identity,
                status: status),
            metrics: metrics, subjects: state.subjects,
            credentials: CredentialChain(additions.credentials + [state.keys, tokens]),
            keys: state.keys, tokens: tokens, clock: clock)
    }
}

/// Routes and credential methods besides the shipped ones: how tests drive the pipeline with operations of their own.
struct GatewayAdditions {
    var routes: [Route] = []
    var credentials: [any CredentialAuthenticator] = []

    /// The same with more routes.
    func adding(_ rows: [Route]) -> GatewayAdditions {
        GatewayAdditions(routes: rows + routes, credentials: credentials)
    }
}
