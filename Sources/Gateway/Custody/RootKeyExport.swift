internal import Audit
internal import PKI
internal import Registry
internal import StrictJSON

/// Takes the root's key off the gateway's machine, recorded before and after; only while no gateway runs on the folder.
struct RootKeyExport {
    let configuration: GatewayConfiguration

    /// Writes the key to a file and removes it here; the root's key identifier.
    func export(to path: String, nowNanoseconds now: Int64) async throws -> String {
        let store = try TrustDomainOpening(configuration).existing(nowNanoseconds: now)
        let root = try store.authorities.exportableRoot()
        let anchors = LogAnchorFile(configuration)
        let catalogue = try SQLiteStore(path: configuration.storePath)
        var settings = configuration.journal
        settings.known = try KnownLog(
            anchors.read(), storedSequence: catalogue.load().highestSequence)
        try catalogue.close()
        let journal = try Journal.open(settings)
        defer { journal.close() }
        let number = UInt64.random(in: 1...UInt64.max)
        let receipt = try await journal.record(record(root.keyID, done: false, number))
        try store.authorities.exportRootKey(to: path, receipt: receipt, boundTo: number)
        _ = try await journal.record(record(root.keyID, done: true, 0))
        try anchors.write(journal.anchor)
        return root.keyID
    }

    private func record(_ keyID: String, done: Bool, _ number: UInt64) -> Record {
        var writer = JSONWriter()
        writer.raw(done ? "{\"done\":true,\"authority\":" : "{\"authority\":")
        writer.string(keyID)
        writer.raw("}")
        return Record(
            kind: .system, action: Self.action, detail: writer.bytes, decisionID: number)
    }

    private static let action = "ca.export-root-key"
}
