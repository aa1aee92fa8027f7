internal import Auth
internal import PKI
internal import StrictJSON

/// Seals the keys of the data folder, recorded before and after; only while no gateway runs on the folder.
struct FolderSealing {
    let configuration: GatewayConfiguration

    /// Seals what is plain, and what another key sealed.
    ///
    /// - Parameter old: Where the key is that sealed what is sealed now; nil where nothing is, or by the one that is configured.
    /// - Returns: The paths of the files that were sealed.
    /// - Throws: `PKIError`, `AuditError`.
    func seal(from old: SecretSource?) async throws -> [String] {
        let custody = ConfiguredCustody(configuration)
        let opening = try TrustDomainOpening(configuration)
        let before = try old.map { source throws(PKIError) in
            try custody.seal(source, as: "--from")
        }
        let sealing = KeySealing(
            opening.configuration,
            others: [
                SigningKeyRing.secret(in: opening.configuration),
                LogKeyFile.secret(in: opening.configuration),
            ],
            old: before)
        guard try !sealing.due().isEmpty else { return [] }
        return try await OfflineLog(configuration: configuration, sealedBefore: before).record(
            "ca.seal", detail: Self.detail(opening.configuration.custody.seal?.id, nil)
        ) { receipt, number in
            let sealed = try sealing.seal(receipt: receipt, boundTo: number)
            return (sealed, Self.detail(opening.configuration.custody.seal?.id, sealed.count))
        }
    }

    private static func detail(_ seal: String?, _ count: Int?) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"seal\":")
        writer.string(seal ?? "")
        if let count {
            writer.raw(",\"done\":true,\"files\":")
            writer.integer(count)
        }
        writer.raw("}")
        return writer.bytes
    }
}
