internal import Auth
internal import Logging
internal import Time

/// Makes the providers of people that are configured, of all sorts.
struct ProviderOpening {
    let configuration: GatewayConfiguration
    let outside: OutsideParts
    let clocks: Clocks
    let logger: Logger
    let metrics: GatewayMetrics

    /// Those of the tests first.
    ///
    /// - Throws: What a provider says whose files can't be used.
    func open() throws -> PersonProviders {
        let directories = DirectoryProviders(
            workers: outside.workers ?? .directories, clocks: clocks, logger: logger,
            metrics: metrics
        ).all(of: configuration)
        let openID = configuration.openIDProviders.map { OpenIDProvider($0, clocks: clocks) }
        let saml = try configuration.samlProviders.map { try SAMLProvider($0, clocks: clocks) }
        return PersonProviders(outside.providers + directories + openID + saml)
    }
}
