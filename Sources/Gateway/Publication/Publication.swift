internal import NIOCore
internal import Wire

/// What those outside are told about our certificates, on a listener of its own, in the clear: what is told is signed.
struct Publication: Sendable {
    let address: ListenAddress
    let lists: ListKeeper
    private let pages: PublicPages
    private let rates: PublicRates

    /// Has the first lists ready; nil where it is not configured.
    static func open(
        _ address: ListenAddress?, _ metrics: GatewayMetrics, _ lists: ListKeeper?,
        elapsed: @escaping @Sendable () -> Int64
    ) async -> Publication? {
        guard let address, let lists else { return nil }
        await lists.look()
        return Publication(
            address: address, lists: lists, pages: PublicPages(lists: lists, metrics: metrics),
            rates: PublicRates(elapsed: elapsed))
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
