internal import Audit
internal import Auth
internal import Foundation
internal import Policy
internal import Registry

/// The journal and the catalogue that was brought up to it.
struct OpenedState: Sendable {
    let journal: Journal
    let registry: Registry
    let notary: Notary
    let auditDesk: AuditDesk
    let subjects: SubjectVault
    let custodian: Custodian
    let keys: APIKeyRing
    /// The API keys that the log says were revoked.
    let revokedKeys: Set<String>
    /// What a person should know about the start, a line each.
    let notes: [String]
}

/// Opens the catalogue's store, then the journal, and does again what the store does not hold yet.
struct StateOpening {
    let configuration: GatewayConfiguration
    let clock: @Sendable () -> Int64
    /// Sees every record of the log as well, in its order.
    var alsoReplay: (ReplayedRecord) -> Void = { _ in }

    func open() throws -> OpenedState {
        let folder = configuration.dataDirectory
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let store = try SQLiteStore(path: folder + "/registry.sqlite")
        let registry = try Registry.open(
            store: store, nowNanoseconds: clock())
        let keys = try APIKeyRing(
            path: folder + "/credentials.sqlite", trustDomain: configuration.trustDomain)
        var revokedKeys: Set<String> = []
        let before = registry.appliedSequence
        let journal = try Journal.open(journalConfiguration()) { record in
            if record.kind == .intent, record.action == Action.keyRevoke.name,
                let id = record.resource?.id
            {
                revokedKeys.insert(id)
            }
            try registry.replay(record, nowNanoseconds: clock())
            alsoReplay(record)
        }
        try registry.finishReplay(journalSequence: journal.treeSize, nowNanoseconds: clock())
        let notes = [
            "audit log opened: \(journal.treeSize) records, all verified",
            "catalogue opened: stored up to record \(before), the rest done again from the log",
        ]
        close(journal.openIntents, in: journal)
        registry.startPersisting()
        let notary = try Notary.start(journal, notaryConfiguration())
        let subjects = try SubjectVault.open(
            directory: configuration.auditDirectory, keyFile: configuration.audit.subjectKeyFile,
            personalKinds: Set(configuration.audit.personalKinds))
        let custodian = Custodian(journal, custodianConfiguration(registry, subjects))
        return OpenedState(
            journal: journal, registry: registry, notary: notary,
            auditDesk: try AuditDesk(configuration, journal: journal), subjects: subjects,
            custodian: custodian, keys: keys, revokedKeys: revokedKeys, notes: notes)
    }

    private func journalConfiguration() -> JournalConfiguration {
        var settings = JournalConfiguration(
            directory: configuration.auditDirectory, version: GatewayVersion.current)
        settings.segmentBytesMax = Int64(configuration.audit.segmentBytes)
        settings.fillBytes = configuration.audit.fillBytes
        settings.clock = clock
        let disk = DiskMarks(of: configuration.auditDirectory)
        settings.freeBytesLow = disk.low(configuration.audit.freeLowBytes)
        settings.freeBytesMin = disk.critical(configuration.audit.freeCriticalBytes)
        settings.reserveBytes = disk.reserveBytes
        return settings
    }

    private func custodianConfiguration(
        _ registry: Registry, _ subjects: SubjectVault
    ) -> CustodianConfiguration {
        let audit = configuration.audit
        var settings = CustodianConfiguration()
        settings.intervalSeconds = Double(audit.custodySeconds)
        settings.packs = audit.compresses
        settings.retentionSeconds = audit.retentionSeconds == 0 ? nil : audit.retentionSeconds
        settings.auditSeconds = Double(audit.selfAuditSeconds)
        settings.auditBytesPerSecond = audit.selfAuditBytesPerSecond
        settings.appliedSequence = { registry.appliedSequence }
        // A hold that can't be read holds.
        settings.hold = {
            do throws(AuditError) {
                return try subjects.holds().first?.name
            } catch {
                return error.description
            }
        }
        return settings
    }

    private func notaryConfiguration() -> NotaryConfiguration {
        var settings = NotaryConfiguration(origin: configuration.auditOrigin)
        settings.intervalSeconds = Double(configuration.audit.checkpointSeconds)
        settings.anchorFile = configuration.audit.anchorFile
        settings.publishDirectory = configuration.audit.publishDirectory
        return settings
    }

    /// Every intent gets its outcome, so that the counts of the log close.
    private func close(_ intents: [OpenIntent], in journal: Journal) {
        guard !intents.isEmpty else { return }
        let lane = journal.makeLane()
        for intent in intents {
            let isRedone = intent.action.hasPrefix("service.")
            lane.appendUnawaited(
                Record(
                    kind: .outcome, action: intent.action, resource: intent.resource,
                    reason: isRedone
                        ? "redone: the gateway stopped before the outcome was recorded"
                        : "unknown: the gateway stopped before the outcome was recorded",
                    status: isRedone ? 200 : nil, intent: intent.sequence))
        }
        _ = lane.commit(nowNanoseconds: clock())
    }
}
