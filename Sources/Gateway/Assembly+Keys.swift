public import PKI
internal import Time

/// What is done to private keys on the gateway's machine, while no gateway runs on the folder.
extension Assembly {
    /// Seals the private keys of the data folder with the key that is configured; only while no gateway runs on it.
    ///
    /// - Parameters:
    ///   - configuration: Names the folder and where the sealing key is.
    ///   - old: Where the key is that sealed what is sealed now, if that was another.
    /// - Returns: The files that were sealed; none if all were.
    /// - Throws: What a key, a file or the log says.
    public static func sealKeys(
        _ configuration: GatewayConfiguration, from old: SecretSource?
    ) async throws -> [String] {
        try TrustedPlaces(configuration).check()
        return try await FolderSealing(configuration: configuration).seal(from: old)
    }

    /// Takes the root's key off this machine; only while no gateway runs on the folder.
    ///
    /// - Parameters:
    ///   - configuration: Names the folders.
    ///   - path: The file that gets the key; it must not be there.
    /// - Returns: The root's key identifier.
    /// - Throws: What the log, the store or the folder of authorities says.
    public static func exportRootKey(
        _ configuration: GatewayConfiguration, to path: String
    ) async throws -> String {
        try TrustedPlaces(configuration).check()
        return try await RootKeyExport(configuration: configuration).export(
            to: path, nowNanoseconds: Clocks.system.wall())
    }
}
