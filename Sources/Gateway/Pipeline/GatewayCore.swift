internal import Audit
internal import PKI

/// What every request needs and all listeners and event loops share.
final class GatewayCore: Sendable {
    let policies: PolicyHolder
    let journal: Journal
    let verifier: SVIDVerifier
    let services: Services
    let slowLane: SlowLane
    let streams: StreamKeeper
    let metrics: GatewayMetrics
    let noise: Noise
    let rates: RateTable

    init(
        policies: PolicyHolder, journal: Journal, verifier: SVIDVerifier, services: Services,
        metrics: GatewayMetrics, rates: RateTable, ticker: any Ticker,
        slowLane settings: SlowLaneSettings
    ) {
        self.policies = policies
        self.journal = journal
        self.verifier = verifier
        self.services = services
        self.metrics = metrics
        self.rates = rates
        noise = Noise(journal: journal, clock: services.clock)
        streams = StreamKeeper(
            policies: policies, clock: services.clock, ticker: ticker, settings: settings)
        slowLane = SlowLane(
            journal: journal, policies: policies, services: services, metrics: metrics,
            settings: settings)
    }

    /// Nanoseconds since the Unix epoch.
    func now() -> Int64 { services.clock() }
}
