internal import Audit
internal import Auth
internal import Logging
internal import NIOCore
internal import PKI
internal import ServiceLifecycle
internal import Time
internal import Wire

/// What those outside are told about our certificates, on a listener of its own, in the clear: what is told is signed.
struct Publication: Sendable {
    let address: ListenAddress
    let keeper: PublicationKeeper
    private let pages: PublicPages
    private let rates: PublicRates

    /// Has the first lists ready; nil where it is not configured.
    static func open(
        _ address: ListenAddress?, _ metrics: GatewayMetrics, _ office: RevocationOffice?,
        _ certificates: CertificateRevocations, _ service: PublicationParts
    ) async -> Publication? {
        guard let address, let office else { return nil }
        let keeper = PublicationKeeper(
            lists: ListKeeper(office, certificates, service),
            responders: ResponderKeeper(office, service), ticker: service.ticker)
        await keeper.look()
        return Publication(
            address: address, keeper: keeper,
            pages: PublicPages(
                lists: keeper.lists,
                statuses: StatusPages(
                    office.book, metrics: metrics, clock: service.clocks.wall,
                    elapsed: service.clocks.elapsed), metrics: metrics),
            rates: PublicRates(elapsed: service.clocks.elapsed))
    }

    /// How it listens.
    var settings: ListenerSettings {
        var limits = Limits()
        limits.connectionsMax = PublicationLimits.connectionsMax
        limits.unprovenMax = PublicationLimits.connectionsMax
        limits.unprovenPerSourceMax = PublicationLimits.connectionsPerSourceMax
        limits.idleNanoseconds = PublicationLimits.idleNanoseconds
        limits.requestLineBytesMax = PublicationLimits.requestLineBytesMax
        limits.headBytesMax = PublicationLimits.headBytesMax
        limits.bodyBytesMax = PublicationLimits.bodyBytesMax
        limits.takesHTTP10 = true
        let (pages, rates) = (pages, rates)
        var settings = ListenerSettings(
            host: address.host, port: address.port, tls: nil, limits: limits,
            makeHandler: { _ in PublicConnection(pages, rates) })
        settings.makesRoomForStrangers = true
        return settings
    }
}

/// What its parts need of the gateway.
struct PublicationParts: Sendable {
    let journal: Journal
    let clocks: Clocks
    let logger: Logger
    let ticker: any Ticker
    let threads: KeyThreads

    /// Keeps what came of attempts to sign something.
    func attempts(_ what: String) -> SigningAttempts {
        SigningAttempts(what, journal: journal, clocks: clocks, logger: logger)
    }
}

/// Has lists, and those who answer, ready in each round.
struct PublicationKeeper: Service {
    let lists: ListKeeper
    let responders: ResponderKeeper
    let ticker: any Ticker

    func run() async {
        await ticker.run(.publication, look)
    }

    func look() async {
        await lists.look()
        await responders.look()
    }
}
