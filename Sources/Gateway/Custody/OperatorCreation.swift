internal import PKI
internal import StrictJSON

/// Makes an operator's identity on the gateway's machine, recorded before and after: by the gateway where one runs on the folder, else here.
///
/// Whoever can do this can read the authorities' keys. It lets nobody be locked out for good whose certificate has ended or was revoked.
struct OperatorCreation {
    let configuration: GatewayConfiguration

    /// Writes the identity's files, replacing those of the same name; a line for each.
    func create(_ name: String, nowNanoseconds now: Int64) async throws -> [String] {
        if let made = try await ask(for: name) { return made }
        return try await OfflineLog(configuration: configuration).record(
            OperatorDesk.action, detail: detail(name, done: false)
        ) { receipt, number in
            // Not before the log is ours: whoever else has it may be changing the folder.
            let store = try TrustDomainOpening(configuration).existing(nowNanoseconds: now)
            let made = try store.writeOperatorIdentity(
                name: name, receipt: receipt, boundTo: number, nowNanoseconds: now)
            return (lines(made), detail(name, done: true))
        }
    }

    /// Has the gateway that runs issue it; nil where none does.
    ///
    /// The key is made here and goes nowhere.
    private func ask(for name: String) async throws -> [String]? {
        let request = try GeneratedSigningRequest(
            for: try OperatorRequest.id(of: name, in: configuration.trustDomain))
        let client = AdminClient(place: AdminSocketPath(configuration))
        guard let answer = try await client.issue(csr: request.csrPEM) else { return nil }
        let files = OperatorFiles(configuration.certsDirectory)
        return lines(
            try files.write(
                name, key: request.privateKeyPEM, chain: answer.chain, bundle: answer.bundle))
    }

    private func lines(_ made: [CreatedFile]) -> [String] {
        made.map { "wrote \($0.purpose): \($0.path)" }
    }

    private func detail(_ name: String, done: Bool) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw(done ? "{\"done\":true,\"operator\":" : "{\"operator\":")
        writer.string(name)
        writer.raw("}")
        return writer.bytes
    }
}
