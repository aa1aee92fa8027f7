internal import Audit
internal import PKI
internal import Time

/// What every request needs and all listeners and event loops share.
final class GatewayCore: Sendable {
    let policies: PolicyHolder
    let journal: Journal
    let verifier: SVIDVerifier
    let services: Services
    let slowLane: SlowLane
    let streams: StreamKeeper
    let signOns: SignOnQueue
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
        noise = Noise(journal: journal, people: services.people, clock: services.clocks.wall)
        streams = StreamKeeper(
            policies: policies, clocks: services.clocks, ticker: ticker, settings: settings)
        services.live.add(streams)
        signOns = SignOnQueue(clock: services.clocks.elapsed, ticker: ticker)
        slowLane = SlowLane(
            journal: journal, policies: policies, services: services, metrics: metrics,
            settings: settings)
        services.live.add(slowLane)
    }

    /// The wall clock: nanoseconds since the Unix epoch.
    func now() -> Int64 { services.clocks.wall() }

    /// The clock of leases, deadlines and durations.
    func elapsed() -> Int64 { services.clocks.elapsed() }
}
