internal import Audit
internal import Auth
internal import Foundation
internal import Logging
internal import PKI
internal import Registry
internal import Time

/// The journal, and the catalogue and the keys that were brought up to it.
struct OpenedState: Sendable {
    let journal: Journal
    let registry: Registry
    /// What the log says is revoked of issuers' tokens.
    let revocations: TokenRevocations
    /// What the log and the store say is revoked of certificates.
    let certificates: CertificateRevocations
    let keys: APIKeyRing
    let sessions: SessionRing
    let persons: PersonVault
    let access: AccessLedger
    let erasures: ErasureLedger
    let eraser: PersonEraser
    /// What of the log is kept whatever its retention says.
    let holds: LegalHolds
    /// Where the end of the log is noted.
    let anchors: LogAnchorFile
    /// The end of the log that was signed last.
    let signed: Checkpoint?
    /// What a person should know about the start, a line each.
    let notes: [String]

    /// Stores the catalogue, ends the log and notes its end, in this order.
    func close(_ logger: Logger) {
        do {
            try keys.close()
            try persons.close()
        } catch {
            logger.error("\(error)")
        }
        do {
            try registry.close()
        } catch {
            logger.error("catalogue not stored, the log has it: \(error)")
        }
        journal.close()
        do {
            try anchors.write(journal.anchor)
        } catch {
            logger.error("the end of the log is not noted in \(anchors.path): \(error)")
        }
    }
}

/// Opens the catalogue's store, then the journal, and does again what the store does not hold yet.
struct StateOpening {
    let configuration: GatewayConfiguration
    let outside: OutsideParts
    let providers: PersonProviders
    let clocks: Clocks
    let signing: SigningKeyRing
    let logKeys: LogKeyRing
    let authorities: AuthorityOffice
    let trust: TrustStore

    func open() throws -> OpenedState {
        let folder = configuration.dataDirectory
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
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
        let erasures = ledger(of: persons, holds)
        let eraser = PersonEraser(
            persons: persons, registry: registry, sessions: sessions, keys: keys, access: access)
        let anchors = LogAnchorFile(configuration)
        let wall = clocks.wall()
        var known = KnownLog(try anchors.read(), storedSequence: registry.storedSequence)
        let signed = try CheckpointFile(configuration).read(by: logKeys.keys.verifiers)
        known.checkpoint = signed?.end
        let journal = try Journal.open(
            settings(known, stored: registry.appliedSequence), system: outside.files
        ) { record in
            try registry.replay(
                record, of: persons.principal(of: record), elapsedNanoseconds: clocks.elapsed())
            revocations.replay(record, persons)
            certificates.replay(record)
            trust.issued?.replay(record, nowNanoseconds: wall)
            keys.replay(record)
            access.replay(record)
            erasures.replay(record)
            holds.replay(record)
            signing.replay(record)
            logKeys.replay(record)
            authorities.replay(record)
            sessions.replay(record)
            sessions.bootstrapTokens.replay(record)
        }
        do {
            let revoked = try certificates.finishReplay(nowNanoseconds: clocks.wall())
            var notes = try finish(registry, keys, sessions, access, erasures, eraser, journal)
            if revoked > 0 {
                notes.append("certificates revoked again because the log says so: \(revoked)")
            }
            try anchors.write(journal.anchor)
            registry.startPersisting()
            return OpenedState(
                journal: journal, registry: registry, revocations: revocations,
                certificates: certificates, keys: keys, sessions: sessions, persons: persons,
                access: access, erasures: erasures, eraser: eraser, holds: holds, anchors: anchors,
                signed: signed,
                notes: notes)
        } catch {
            journal.close()
            throw error
        }
    }

    private func finish(
        _ registry: Registry, _ keys: APIKeyRing, _ sessions: SessionRing,
        _ access: AccessLedger, _ erasures: ErasureLedger, _ eraser: PersonEraser,
        _ journal: Journal
    ) throws -> [String] {
        let before = registry.appliedSequence
        let redone = try registry.finishReplay(
            journalSequence: journal.treeSize, elapsedNanoseconds: clocks.elapsed())
        let broughtUp = try keys.finishReplay()
        let ended = try sessions.finishReplay()
        try sessions.bootstrapTokens.finishReplay()
        let retired = try signing.finishReplay(nowNanoseconds: clocks.wall())
        let blind = try access.finishReplay(nowNanoseconds: clocks.wall())
        var notes = [
            "audit log opened: \(journal.treeSize) records, \(Self.proof(of: journal))",
            "catalogue opened: stored up to record \(before), the rest done again from the log",
        ]
        if broughtUp > 0 {
            notes.append("API keys ended again because the log says so: \(broughtUp)")
        }
        if !blind.isEmpty {
            notes.append(
                "locks on persons who are erased and can't be known again, which catch nobody; lock"
                    + " the accounts at their provider: \(blind.joined(separator: ", "))")
        }
        let (person, known) = erasures.finishReplay(nowNanoseconds: clocks.wall())
        if let note = try eraser.finish(person, and: known) { notes.append(note) }
        if retired > 0 {
            notes.append("keys of tokens retired again because the log says so: \(retired)")
        }
        if ended > 0 { notes.append("sessions ended again because the log says so: \(ended)") }
        let closing = IntentClosing(
            registry: registry, redone: redone, keys: keys, access: access, sessions: sessions,
            authorities: authorities, signing: signing, logKeys: logKeys, erasures: erasures)
        closing.close(journal.openIntents, in: journal, nowNanoseconds: clocks.wall())
        return notes
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

    private static func proof(of journal: Journal) -> String {
        let unread = journal.unreadRecords
        return unread == 0 ? "all verified" : "\(unread) by their seals, the rest verified"
    }

    private func settings(_ known: KnownLog, stored: UInt64) -> JournalConfiguration {
        var settings = configuration.journal
        settings.seals = SealSettings(storedSequence: stored) { [logKeys] in
            SealKeys(signing: logKeys.keys.keys, believed: logKeys.keys.published)
        }
        settings.known = known
        settings.clock = clocks.wall
        if let elapsed = outside.journalElapsed { settings.elapsed = elapsed }
        if let seconds = outside.journalRetrySeconds { settings.retrySeconds = seconds }
        return settings
    }
}
