internal import Audit
internal import NIOConcurrencyHelpers
internal import PKI

/// The keys of the log as they are kept, and what the log says of them.
final class LogKeyRing: Sendable {
    /// Whether they were made when they were opened.
    let isNew: Bool
    var path: String { file.path }
    private let file: LogKeyFile
    private let box: NIOLockedValueBox<LogKeys>
    private let recorded = NIOLockedValueBox<(detail: [UInt8], sequence: UInt64)?>(nil)

    static let action = "log.key"
    /// What the acts that change them are on.
    static let resourceID = "log-key"

    /// Opens the keys of a trust domain's log, or makes the first one.
    ///
    /// - Throws: `PKIError`.
    init(
        _ configuration: TrustDomainConfiguration, files: any DurableFiles = PosixFiles()
    ) throws(PKIError) {
        file = LogKeyFile(configuration, files: files)
        if let kept = try file.load() {
            box = NIOLockedValueBox(kept)
            isNew = false
        } else {
            let first = try LogKeys.first(in: configuration.trustDomain)
            try file.store(first)
            box = NIOLockedValueBox(first)
            isNew = true
        }
    }

    var keys: LogKeys { box.withLockedValue { $0 } }

    /// Puts others in their place, durable before they are used.
    func store(_ keys: LogKeys) throws(PKIError) {
        try file.store(keys)
        box.withLockedValue { $0 = keys }
    }

    /// Reads what the log says.
    func replay(_ record: ReplayedRecord) {
        guard record.kind == .system, record.action == Self.action, let detail = record.detail
        else { return }
        recorded.withLockedValue { $0 = (detail, record.sequence) }
    }

    /// What became of a change of the keys; nil for an intent of anything else.
    func closing(of intent: OpenIntent) -> (word: String, status: UInt16?)? {
        guard intent.resource?.id == Self.resourceID else { return nil }
        let last = recorded.withLockedValue { $0 }
        let isDone = last.map { $0.sequence > intent.sequence || $0.detail != keys.detail } ?? true
        return isDone
            ? ("done, the file of the log's keys holds it", 200)
            : ("not done, the file of the log's keys does not hold it", 500)
    }

    /// Has the log say which keys sign, where it says so of others or of none.
    ///
    /// - Throws: What the journal says.
    func begin(_ journal: Journal) async throws {
        let detail = keys.detail
        guard recorded.withLockedValue({ $0?.detail }) != detail else { return }
        let receipt = try await journal.record(
            Record(kind: .system, action: Self.action, detail: detail))
        let sequence = receipt.sequence
        recorded.withLockedValue { $0 = (detail, sequence) }
    }
}
