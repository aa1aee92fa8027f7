internal import Audit
internal import Auth
internal import PKI
internal import Registry
internal import Time

/// The parts of which the log has the last word: each is opened as its store has it, and is told then what the log says.
struct LoggedParts: Sendable {
    let registry: Registry
    let revocations: TokenRevocations
    let certificates: CertificateRevocations
    let keys: APIKeyRing
    let sessions: SessionRing
    let persons: PersonVault
    let access: AccessLedger
    let erasures: ErasureLedger
    let eraser: PersonEraser
    let holds: LegalHolds
}

extension StateOpening {
    /// Opens them by their stores.
    func parts() throws -> LoggedParts {
        let begun = clocks.elapsed()
        let store = try SQLiteStore(path: configuration.storePath)
        let registry = try Registry.open(
            store: store, quotas: configuration.quotas, elapsedNanoseconds: clocks.elapsed())
        // However long the rest takes: nothing ends before the sweeper gives each instance a full TTL.
        registry.holdLeases(at: begun)
        let revocations = TokenRevocations()
        let credentials = try CredentialStore(path: configuration.credentialsPath)
        let certificates = try CertificateRevocations(
            credentials, trust: trust, trustDomain: configuration.trustDomain)
        let resets = BootstrapResets(trustDomain: configuration.trustDomain)
        let keys = try APIKeyRing(
            credentials, trustDomain: configuration.trustDomain,
            bounds: APIKeyBounds(secondsMax: configuration.identity.apiKeySecondsMax),
            resets: resets, onlyProvider: providers.onlyProvider(beside: configuration.tokenIssuers)
        )
        let sessions = try sessions(credentials, revocations, certificates, resets)
        let persons = try PersonVault(path: configuration.personsPath, clock: clocks.wall)
        let (access, holds) = (AccessLedger(persons: persons), LegalHolds())
        return LoggedParts(
            registry: registry, revocations: revocations, certificates: certificates, keys: keys,
            sessions: sessions, persons: persons, access: access,
            erasures: ledger(of: persons, holds),
            eraser: PersonEraser(
                persons: persons, registry: registry, sessions: sessions, keys: keys,
                access: access),
            holds: holds)
    }

    /// Tells all of them what a record says.
    func replay(
        _ record: ReplayedRecord, to parts: LoggedParts, _ nowNanoseconds: Int64
    ) throws {
        try parts.registry.replay(
            record, of: parts.persons.principal(of: record),
            elapsedNanoseconds: clocks.elapsed())
        parts.revocations.replay(record, parts.persons)
        parts.certificates.replay(record)
        trust.issued?.replay(record, nowNanoseconds: nowNanoseconds)
        parts.keys.replay(record)
        parts.access.replay(record)
        parts.erasures.replay(record)
        parts.holds.replay(record)
        signing.replay(record)
        logKeys.replay(record)
        authorities.replay(record)
        parts.sessions.replay(record)
        parts.sessions.bootstrapTokens.replay(record)
    }

    private func sessions(
        _ credentials: CredentialStore, _ revocations: TokenRevocations,
        _ certificates: CertificateRevocations, _ resets: BootstrapResets
    ) throws -> SessionRing {
        try SessionRing(
            credentials,
            naming: ServiceNaming(
                trustDomain: configuration.trustDomain, datacenter: configuration.datacenter),
            issuers: configuration.tokenIssuers, providers: providers, revocations: revocations,
            certificates: certificates, resets: resets, bounds: configuration.sessions,
            nowNanoseconds: clocks.wall(), elapsed: clocks.elapsed)
    }

    private func ledger(of persons: PersonVault, _ holds: LegalHolds) -> ErasureLedger {
        let minimum = MinimumRetention(
            seconds: Int64(configuration.audit.eraseAfterSeconds), persons: persons,
            clock: clocks.wall)
        return ErasureLedger(persons: persons, bars: [minimum.bar, holds.bar])
    }
}
