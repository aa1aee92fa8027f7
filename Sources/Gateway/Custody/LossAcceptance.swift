internal import Audit
internal import Registry

/// Goes on without records of the log that are lost, because an operator says so.
///
/// The catalogue keeps every instance, and keys and certificates are not touched: only the log's own end moves.
struct LossAcceptance {
    let configuration: GatewayConfiguration

    /// Records the loss and says what it was; nil if nothing is lost.
    func accept(reason: String) throws -> LogLoss? {
        let store = try SQLiteStore(path: configuration.storePath)
        do {
            let loss = try accept(reason, store)
            try store.close()
            return loss
        } catch {
            try? store.close()
            throw error
        }
    }

    private func accept(_ reason: String, _ store: SQLiteStore) throws -> LogLoss? {
        let anchors = LogAnchorFile(configuration)
        var settings = configuration.journal
        settings.known = try KnownLog(anchors.read(), storedSequence: store.load().highestSequence)
        settings.known.acceptedReason = reason
        let past = try SignedPast(configuration, TrustDomainOpening(configuration).configuration)
        settings.known.checkpoint = past.end
        settings.ownKeys = past.keysEverHad
        let journal: Journal
        do throws(AuditError) {
            journal = try Journal.open(settings)
        } catch .nothingLost {
            return nil
        }
        defer { journal.close() }
        // Ended in between, the next start refuses as before, and the loss can be accepted again.
        if let loss = journal.acceptedLoss { try store.rewind(to: loss.end) }
        try anchors.write(journal.anchor)
        if let loss = journal.acceptedLoss { try past.leave(after: loss) }
        return journal.acceptedLoss
    }
}

extension KnownLog {
    /// What data folder and store know of the log.
    init(_ anchor: LogAnchor?, storedSequence: UInt64) {
        self.init()
        self.anchor = anchor
        sequence = storedSequence
        // The file was there before the trust domain was.
        mustExist = anchor == nil
    }
}

extension GatewayConfiguration {
    /// The file of the stored catalogue.
    var storePath: String { dataDirectory + "/registry.sqlite" }

    /// The file of stored credentials.
    var credentialsPath: String { dataDirectory + "/credentials.sqlite" }
    /// Where the keys lie that tell who the persons of the log are.
    public var personsPath: String { dataDirectory + "/persons.sqlite" }

    /// How the journal is opened.
    var journal: JournalConfiguration {
        var settings = JournalConfiguration(
            directory: auditDirectory, version: GatewayVersion.current)
        settings.segmentBytesMax = Int64(audit.segmentBytes)
        settings.fillBytes = audit.fillBytes
        settings.freeBytesMin = Int64(audit.freeBytesMin)
        return settings
    }
}
