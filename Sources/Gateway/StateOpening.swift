internal import Audit
internal import Foundation
internal import Logging
internal import Registry
internal import Time

/// The journal and the catalogue that was brought up to it.
struct OpenedState: Sendable {
    let journal: Journal
    let registry: Registry
    /// What a person should know about the start, a line each.
    let notes: [String]
    /// Stores the catalogue and ends the log, in this order.
    func close(_ logger: Logger) {
        do {
            try registry.close()
        } catch {
            logger.error("catalogue not stored, the log has it: \(error)")
        }
        journal.close()
    }
}

/// Opens the catalogue's store, then the journal, and does again what the store does not hold yet.
struct StateOpening {
    let configuration: GatewayConfiguration
    let outside: OutsideParts
    let clocks: Clocks

    func open() throws -> OpenedState {
        let folder = configuration.dataDirectory
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let store = try SQLiteStore(path: folder + "/registry.sqlite")
        let registry = try Registry.open(
            store: store, elapsedNanoseconds: clocks.elapsed())
        let before = registry.appliedSequence
        let journal = try Journal.open(journalConfiguration(), system: outside.files) { record in
            try registry.replay(record, elapsedNanoseconds: clocks.elapsed())
        }
        let redone = try registry.finishReplay(
            journalSequence: journal.treeSize, elapsedNanoseconds: clocks.elapsed())
        let notes = [
            "audit log opened: \(journal.treeSize) records, all verified",
            "catalogue opened: stored up to record \(before), the rest done again from the log",
        ]
        let closing = IntentClosing(registry: registry, redone: redone)
        closing.close(journal.openIntents, in: journal, nowNanoseconds: clocks.wall())
        registry.startPersisting()
        return OpenedState(journal: journal, registry: registry, notes: notes)
    }

    private func journalConfiguration() -> JournalConfiguration {
        var settings = JournalConfiguration(
            directory: configuration.auditDirectory, version: GatewayVersion.current)
        settings.segmentBytesMax = Int64(configuration.audit.segmentBytes)
        settings.fillBytes = configuration.audit.fillBytes
        settings.freeBytesMin = Int64(configuration.audit.freeBytesMin)
        settings.clock = clocks.wall
        if let seconds = outside.journalRetrySeconds { settings.retrySeconds = seconds }
        return settings
    }
}
