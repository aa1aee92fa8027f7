internal import Audit
internal import PKI
internal import StrictJSON

/// Takes the root's key off the gateway's machine, recorded before and after; only while no gateway runs on the folder.
struct RootKeyExport {
    let configuration: GatewayConfiguration

    /// Writes the key to a file and removes it here; the root's key identifier.
    func export(to path: String, nowNanoseconds now: Int64) async throws -> String {
        let store = try TrustDomainOpening(configuration).existing(nowNanoseconds: now)
        let root = try store.authorities.exportableRoot()
        return try await OfflineLog(configuration: configuration).record(
            "ca.export-root-key", detail: detail(root.keyID, done: false)
        ) { receipt, number in
            try store.authorities.exportRootKey(to: path, receipt: receipt, boundTo: number)
            return (root.keyID, detail(root.keyID, done: true))
        }
    }

    private func detail(_ keyID: String, done: Bool) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw(done ? "{\"done\":true,\"authority\":" : "{\"authority\":")
        writer.string(keyID)
        writer.raw("}")
        return writer.bytes
    }
}
