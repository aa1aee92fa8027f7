internal import PKI
internal import StrictJSON

/// Makes an operator's identity on the gateway's machine, recorded before and after; only while no gateway runs on the folder.
///
/// Whoever can do this can read the authorities' keys. It lets nobody be locked out for good whose certificate has ended or was revoked.
struct OperatorCreation {
    let configuration: GatewayConfiguration

    /// Writes the identity's files, replacing those of the same name; a line for each.
    func create(_ name: String, nowNanoseconds now: Int64) async throws -> [String] {
        let store = try TrustDomainOpening(configuration).existing(nowNanoseconds: now)
        return try await OfflineLog(configuration: configuration).record(
            "operator.create", detail: detail(name, done: false)
        ) { receipt, number in
            let made = try store.writeOperatorIdentity(
                name: name, receipt: receipt, boundTo: number, nowNanoseconds: now)
            return (made.map { "wrote \($0.purpose): \($0.path)" }, detail(name, done: true))
        }
    }

    private func detail(_ name: String, done: Bool) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw(done ? "{\"done\":true,\"operator\":" : "{\"operator\":")
        writer.string(name)
        writer.raw("}")
        return writer.bytes
    }
}
