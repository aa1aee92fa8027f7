internal import Audit
internal import NIOConcurrencyHelpers
internal import PKI

/// The keys of the log as they are kept, and what the log says of them.
final class LogKeyRing: Sendable {
    let keys: LogKeys
    /// Whether they were made when they were opened.
    let isNew: Bool
    let path: String
    private let recorded = NIOLockedValueBox<[UInt8]?>(nil)

    static let action = "log.key"

    /// Opens the keys of a trust domain's log, or makes the first one.
    ///
    /// - Throws: `PKIError`.
    init(_ configuration: TrustDomainConfiguration) throws(PKIError) {
        let file = LogKeyFile(configuration)
        path = file.path
        if let kept = try file.load() {
            keys = kept
            isNew = false
        } else {
            keys = try LogKeys.first(in: configuration.trustDomain)
            try file.store(keys)
            isNew = true
        }
    }

    /// Reads what the log says.
    func replay(_ record: ReplayedRecord) {
        guard record.kind == .system, record.action == Self.action else { return }
        recorded.withLockedValue { $0 = record.detail }
    }

    /// Has the log say which keys sign, where it says so of others or of none.
    ///
    /// - Throws: What the journal says.
    func begin(_ journal: Journal) async throws {
        let detail = keys.detail
        guard recorded.withLockedValue({ $0 }) != detail else { return }
        _ = try await journal.record(Record(kind: .system, action: Self.action, detail: detail))
        recorded.withLockedValue { $0 = detail }
    }
}
