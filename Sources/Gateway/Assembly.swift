public import Audit
internal import Auth
public import Logging
internal import PKI
internal import Policy
internal import Registry
public import Time
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
        try TrustedPlaces(configuration).check()
        return try TrustDomainOpening(configuration).open(nowNanoseconds: Clocks.system.wall())
            .made
    }

    /// Records that an operator goes on without records of the log that are lost; only while no gateway runs on the folder.
    ///
    /// - Parameters:
    ///   - configuration: Names the folders.
    ///   - reason: What the operator says about it; `audit verify` shows it ever after.
    /// - Returns: What was lost; nil, and nothing is written, where the log holds all that is known.
    /// - Throws: ``AuditError`` where the log is damaged or in use, or what the store says.
    public static func acceptLoss(
        _ configuration: GatewayConfiguration, reason: String
    ) throws -> LogLoss? {
        try TrustedPlaces(configuration).check()
        return try LossAcceptance(configuration: configuration).accept(reason: reason)
    }

    /// Opens everything and binds the listeners.
    ///
    /// - Parameters:
    ///   - configuration: Validated settings.
    ///   - logger: Where the gateway logs.
    ///   - clocks: The time of everything in it.
    /// - Returns: The gateway, ready to run; its ports are bound.
    /// - Throws: The first part's error that can't be opened.
    public static func build(
        _ configuration: GatewayConfiguration, logger: Logger,
        clocks: Clocks = .system
    ) async throws -> Gateway {
        try await build(configuration, logger: logger, outside: OutsideParts(), clocks: clocks)
    }

    /// The same with outside parts and the rounds' time given, for tests.
    package static func build(
        _ configuration: GatewayConfiguration, logger: Logger, outside: OutsideParts,
        clocks: Clocks, ticker: any Ticker = IntervalTicker()
    ) async throws -> Gateway {
        try await Composition(
            configuration: configuration, logger: logger, outside: outside, clocks: clocks,
            ticker: ticker
        ).build()
    }
}

/// What one gateway is put together from.
private struct Composition {
    let configuration: GatewayConfiguration
    let logger: Logger
    let outside: OutsideParts
    let clocks: Clocks
    let ticker: any Ticker
    let metrics = GatewayMetrics()

    func build() async throws -> Gateway {
        let places = TrustedPlaces(configuration)
        try places.check()
        let opening = try TrustDomainOpening(configuration, keeper: outside.keeper).open(
            nowNanoseconds: clocks.wall())
        for line in opening.made { logger.notice("\(line)") }
        let files = PolicySourceFiles(
            path: configuration.policyPath, trustDomain: configuration.trustDomain,
            datacenter: configuration.datacenter)
        let first = try await files.loadAtStart()
        if let note = first.policy.namespaceNote { logger.notice("\(note)") }
        let policies = PolicyHolder(first.policy, nowNanoseconds: clocks.wall())
        let providers = try ProviderOpening(
            configuration: configuration, outside: outside, clocks: clocks, logger: logger,
            metrics: metrics
        ).open()
        let state = try StateOpening(
            configuration: configuration, outside: outside, providers: providers, clocks: clocks,
            signing: opening.signing, logKeys: opening.logKeys,
            authorities: opening.store.authorities,
            trust: opening.store.trust
        ).open()
        for line in state.notes { logger.notice("\(line)") }
        for line in state.journal.warnings { logger.warning("\(line)") }
        do {
            try BootstrapFile(configuration, logger).prepare(
                state.sessions.bootstrapTokens, configuration, nowNanoseconds: clocks.wall(),
                sequence: state.journal.treeSize)
            // Again, for what was made meanwhile, by us or by somebody who was faster.
            try places.check()
            return try await gateway(opening, files, first.stamp, policies, state, providers)
        } catch {
            state.close(logger)
            throw error
        }
    }

    /// The rest, once the files are open.
    private func gateway(
        _ opening: OpenedTrustDomain, _ files: PolicySourceFiles, _ stamp: PolicyStamp,
        _ policies: PolicyHolder, _ state: OpenedState, _ providers: PersonProviders
    ) async throws -> Gateway {
        let store = opening.store
        try await record(policies.current.policy, in: state.journal)
        state.access.onChange { policies.apply($0) }
        let (rotation, signer) = try await signing(opening, state)
        let reloader = PolicyReloader(
            files: files, stamp: stamp, holder: policies, journal: state.journal,
            metrics: metrics, logger: logger, clocks: clocks, ticker: ticker)
        let readiness = Readiness(of: state, policies, signer)
        let (reader, space) = upkeep(of: state, signer.keeper, readiness)
        let alarm = LeaseAlarm()
        readiness.addNote { alarm.note }
        readiness.addNote { rotation.note }
        for provider in providers.all { readiness.addNote { provider.note } }
        let own = OwnTokens(configuration.tokenSettings, keys: opening.signing)
        let tokens = TokenAuthenticator(
            configuration.tokenIssuers,
            naming: ServiceNaming(
                trustDomain: configuration.trustDomain, datacenter: configuration.datacenter),
            revocations: state.revocations, own: own, otherProviders: providers.all.count)
        let threads = KeyThreads(isNeeded: store.hasKeepers)
        let desk = AuthorityDesk(store.authorities, threads)
        let authorities = AuthorityRotation(
            desk, journal: state.journal, clocks: clocks, logger: logger, ticker: ticker)
        try await authorities.begin()
        let issuances = IssuanceLog(journal: state.journal, clock: clocks.wall)
        for line in try issuances.open(store) { logger.notice("\(line)") }
        let renewal = try IdentityRenewal(
            store: store, issuances: issuances, threads: threads, configuration: configuration,
            logger: logger, clock: clocks.wall, ticker: ticker)
        desk.onStep { renewal.refresh() }
        desk.onStep { renewBundleFile(store) }
        renewBundleFile(store)
        readiness.addNote { authorities.note }
        let publication = await publication(store, state, metrics, readiness, threads)
        let keepers = keeperWatch(store, threads, readiness)
        CertificateSources(store: store, renewal: renewal).add(
            to: metrics.certificates, readiness, clock: clocks.wall)
        let operators = OperatorDesk(
            store: store, issuances: issuances, journal: state.journal, threads: threads)
        let core = GatewayCore(
            policies: policies, journal: state.journal,
            verifier: SVIDVerifier(trust: store.trust),
            services: services(
                store, desk, operators, threads, policies, signer, state, readiness, tokens,
                providers, TokenMint(tokens, sessions: state.sessions, own)),
            metrics: metrics, rates: RateTable(RateSettings(configuration.limits)),
            ticker: ticker, slowLane: outside.slowLane)
        let keyReader = try keyReader(tokens, readiness)
        let listeners = try await Listeners.start(
            configuration, core: core, fronts: fronts(state, tokens), outside: outside,
            readiness: readiness, renewal: renewal,
            alarm: UnloggedAlarm(logger, elapsed: clocks.elapsed), publication: publication)
        core.services.trustChanges.onChange { renewal.refresh(mayWait: false) }
        return Gateway(
            core: core, state: state, listeners: listeners, reloader: reloader,
            sweeper: LeaseSweeper(
                state, metrics: metrics, alarm: alarm,
                settings: LeaseGovernor.Settings(configuration.leases), logger: logger,
                clock: clocks.elapsed, ticker: ticker),
            keyReader: keyReader, keyRotation: rotation, authorities: authorities, keepers: keepers,
            signer: signer, reader: reader, space: space,
            admin: AdminSocket(configuration, operators, desk, clock: clocks.wall, logger),
            ticker: ticker, logger: logger)
    }

    private func signing(
        _ opening: OpenedTrustDomain, _ state: OpenedState
    ) async throws -> (KeyRotation, CheckpointSigner) {
        let rotation = KeyRotation(
            opening.signing, periodSeconds: configuration.tokens.keySeconds,
            journal: state.journal, clocks: clocks, logger: logger, ticker: ticker)
        try await rotation.begin()
        let signer = try await CheckpointSigner(
            configuration, opening.logKeys, state.journal, last: state.signed,
            metrics: metrics, clocks: clocks, logger: logger, ticker: ticker)
        return (rotation, signer)
    }

    private func upkeep(
        of state: OpenedState, _ keeper: CheckpointKeeper, _ readiness: Readiness
    ) -> (LogReader?, LogSpace) {
        let reader = LogReader(
            configuration, state.journal, metrics: metrics, elapsed: clocks.elapsed, logger: logger,
            ticker: ticker)
        let space = LogSpace(
            configuration, state, keeper, metrics: metrics, clocks: clocks, logger: logger,
            ticker: ticker)
        readiness.addNote { reader?.note }
        readiness.addNote { space.note }
        return (reader, space)
    }

    private func fronts(_ state: OpenedState, _ tokens: TokenAuthenticator) -> Fronts {
        Fronts(
            configuration, hosts: ServerNames(configuration).hosts, more: outside.tables,
            authenticators: [state.keys, state.sessions] + outside.authenticators
                + (configuration.tokenIssuers.isEmpty ? [] : [tokens]))
    }

    /// Looks after keys that are kept outside.
    private func keeperWatch(
        _ store: TrustDomainStore, _ threads: KeyThreads, _ readiness: Readiness
    ) -> KeeperWatch {
        let keepers = KeeperWatch(store.authorities, threads, logger: logger, ticker: ticker)
        readiness.addNote { keepers.note }
        return keepers
    }

    /// What those outside are told about our certificates, if that is configured.
    private func publication(
        _ store: TrustDomainStore, _ state: OpenedState, _ metrics: GatewayMetrics,
        _ readiness: Readiness, _ threads: KeyThreads
    ) async -> Publication? {
        let publication = await Publication.open(
            configuration.listen.revocation, metrics, store.revocations, state.certificates,
            PublicationParts(
                journal: state.journal, clocks: clocks, logger: logger, ticker: ticker,
                threads: threads))
        readiness.addNote { publication?.keeper.lists.note }
        readiness.addNote { publication?.keeper.responders.note }
        return publication
    }

    /// Commands on this machine know the roots from the file beside the operator's identity.
    private func renewBundleFile(_ store: TrustDomainStore) {
        do {
            if try store.renewBundleFile() { logger.notice("the trust bundle was written anew") }
        } catch {
            logger.error("the trust bundle can't be written: \(error)")
        }
    }

    /// The log says which policy the gateway starts with, as it says of each that follows.
    private func record(_ policy: CompiledPolicy, in journal: Journal) async throws {
        _ = try await journal.record(PolicyReloader.activation(old: nil, new: policy.digest))
    }

    /// Reads the keys of the issuers whose tokens are taken.
    private func keyReader(
        _ tokens: TokenAuthenticator, _ readiness: Readiness
    ) throws -> IssuerKeyReader {
        let keyReader = IssuerKeyReader(
            tokens, clock: clocks.elapsed, logger: logger, ticker: ticker)
        try keyReader.readFiles()
        readiness.addNote { keyReader.note }
        return keyReader
    }

    private func services(
        _ store: TrustDomainStore, _ authorities: AuthorityDesk, _ operators: OperatorDesk,
        _ threads: KeyThreads, _ policies: PolicyHolder, _ signer: CheckpointSigner,
        _ state: OpenedState, _ readiness: Readiness, _ tokens: TokenAuthenticator,
        _ providers: PersonProviders, _ mint: TokenMint
    ) -> Services {
        Services(
            registry: state.registry, authority: store.authority,
            authorities: authorities, operators: operators, keyThreads: threads, keys: state.keys,
            sessions: state.sessions,
            signOn: SignOnProofs(
                tokens, CertificateAuthenticator(trustDomain: configuration.trustDomain)),
            providers: providers,
            openID: OpenIDDesk(
                providers.openID, at: configuration.people.address ?? "", clocks: clocks,
                journal: state.journal, sessions: state.sessions),
            saml: SAMLDesk(
                providers.saml, at: configuration.people.address ?? "", clocks: clocks,
                journal: state.journal, sessions: state.sessions),
            devices: DeviceDesk(at: configuration.people.address ?? "", clocks: clocks),
            bootstrapFile: BootstrapFile(configuration, logger), tokens: mint,
            svidTTLSeconds: configuration.identity.svidTTLSeconds,
            status: StatusSource(
                trustDomain: configuration.trustDomain, datacenter: configuration.datacenter,
                startedNanoseconds: clocks.elapsed(), policies: policies, readiness: readiness),
            revocations: state.revocations, certificates: state.certificates, access: state.access,
            policies: policies, checkpoints: signer.keeper, witnesses: signer.witnesses,
            logKeys: signer.desk,
            erasures: ErasureDesk(ledger: state.erasures, eraser: state.eraser, logger: logger),
            holds: state.holds,
            clocks: clocks, people: RecordedPeople(persons: state.persons, logger: logger))
    }
}
