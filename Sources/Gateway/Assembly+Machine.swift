internal import Time

/// What is done on the gateway's own machine, by root or the gateway's user.
extension Assembly {
    /// Makes an operator's identity, or a new one of that name; by the gateway that runs on the folder, or here where none does.
    ///
    /// - Parameters:
    ///   - configuration: Names the folders.
    ///   - name: What the operator is called.
    /// - Returns: One line for each file that was written.
    /// - Throws: What the log, the store or the folder of authorities says.
    public static func createOperator(
        _ configuration: GatewayConfiguration, name: String
    ) async throws -> [String] {
        try TrustedPlaces(configuration).check()
        return try await OperatorCreation(configuration: configuration).create(
            name, nowNanoseconds: Clocks.system.wall())
    }

    /// Makes the request for an intermediate that a root signs elsewhere; by the gateway that runs on the folder, or here where none does.
    ///
    /// - Parameter configuration: Names the folders.
    /// - Returns: The request, PEM.
    /// - Throws: What the gateway, the log or the folder of authorities says.
    public static func requestIntermediate(
        _ configuration: GatewayConfiguration
    ) async throws -> String {
        try TrustedPlaces(configuration).check()
        return try await AuthorityExchange(configuration: configuration).request(
            nowNanoseconds: Clocks.system.wall())
    }

    /// Takes the certificate that came of such a request.
    ///
    /// - Parameters:
    ///   - configuration: Names the folders.
    ///   - certificate: The certificate, PEM.
    /// - Returns: The key identifier of the intermediate that is prepared then.
    /// - Throws: What the gateway, the log or the folder of authorities says.
    public static func installIntermediate(
        _ configuration: GatewayConfiguration, certificate: String
    ) async throws -> [String] {
        try TrustedPlaces(configuration).check()
        return try await AuthorityExchange(configuration: configuration).install(
            certificate, nowNanoseconds: Clocks.system.wall())
    }

    /// Takes a list of revoked certificates that was made where a root's key is; by the gateway that runs on the folder, or here where none does.
    ///
    /// - Parameters:
    ///   - configuration: Names the folders.
    ///   - list: The list, PEM.
    /// - Returns: The key identifier of the root.
    /// - Throws: What the gateway, the log or the folder of authorities says.
    public static func installList(
        _ configuration: GatewayConfiguration, list: String
    ) async throws -> [String] {
        try TrustedPlaces(configuration).check()
        return try await AuthorityExchange(configuration: configuration).installList(
            list, nowNanoseconds: Clocks.system.wall())
    }
}
