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

    init(
        _ parts: LoggedParts, _ journal: Journal, _ anchors: LogAnchorFile, _ signed: Checkpoint?,
        _ notes: [String]
    ) {
        self.journal = journal
        registry = parts.registry
        revocations = parts.revocations
        certificates = parts.certificates
        keys = parts.keys
        sessions = parts.sessions
        persons = parts.persons
        access = parts.access
        erasures = parts.erasures
        eraser = parts.eraser
        holds = parts.holds
        self.anchors = anchors
        self.signed = signed
        self.notes = notes
    }

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
        try FileManager.default.createDirectory(
            atPath: configuration.dataDirectory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let parts = try parts()
        let anchors = LogAnchorFile(configuration)
        let wall = clocks.wall()
        var known = KnownLog(
            try anchors.read(), storedSequence: parts.registry.storedSequence)
        let signed = try CheckpointFile(configuration).read(by: logKeys.keys.verifiers)
        known.checkpoint = signed?.end
        let journal = try Journal.open(
            settings(known, stored: parts.registry.appliedSequence), system: outside.files
        ) { try replay($0, to: parts, wall) }
        do {
            let notes = try finish(parts, journal)
            try anchors.write(journal.anchor)
            parts.registry.startPersisting()
            return OpenedState(parts, journal, anchors, signed, notes)
        } catch {
            journal.close()
            throw error
        }
    }

    private func finish(_ parts: LoggedParts, _ journal: Journal) throws -> [String] {
        let revoked = try parts.certificates.finishReplay(nowNanoseconds: clocks.wall())
        let before = parts.registry.appliedSequence
        let redone = try parts.registry.finishReplay(
            journalSequence: journal.treeSize, elapsedNanoseconds: clocks.elapsed())
        let broughtUp = try parts.keys.finishReplay()
        let ended = try parts.sessions.finishReplay()
        try parts.sessions.bootstrapTokens.finishReplay()
        let retired = try signing.finishReplay(nowNanoseconds: clocks.wall())
        let blind = try parts.access.finishReplay(nowNanoseconds: clocks.wall())
        parts.holds.release(gone: journal.pruner?.gone.size ?? 0)
        var notes = [
            "audit log opened: \(journal.treeSize) records, \(Self.proof(of: journal))",
            "catalogue opened: stored up to record \(before), the rest done again from the log",
        ]
        func note(_ count: Int, _ what: String) {
            if count > 0 { notes.append("\(what) again because the log says so: \(count)") }
        }
        note(broughtUp, "API keys ended")
        if !blind.isEmpty {
            notes.append(
                "locks on persons who are erased and can't be known again, which catch nobody; lock"
                    + " the accounts at their provider: \(blind.joined(separator: ", "))")
        }
        let (person, known) = parts.erasures.finishReplay(nowNanoseconds: clocks.wall())
        if let note = try parts.eraser.finish(person, and: known) { notes.append(note) }
        note(retired, "keys of tokens retired")
        note(ended, "sessions ended")
        note(revoked, "certificates revoked")
        let closing = IntentClosing(
            parts: parts, redone: redone, authorities: authorities, signing: signing,
            logKeys: logKeys, pruningRecord: journal.pruner?.gone.record)
        closing.close(journal.openIntents, in: journal, nowNanoseconds: clocks.wall())
        return notes
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
        settings.ownKeys = logKeys.keys.verifiers
        settings.clock = clocks.wall
        if let elapsed = outside.journalElapsed { settings.elapsed = elapsed }
        if let seconds = outside.journalRetrySeconds { settings.retrySeconds = seconds }
        return settings
    }
}
