internal import NIOConcurrencyHelpers
internal import NIOCore
internal import Wire

/// What those who ask may use, each source and all together.
final class PublicRates: Sendable {
    private let sources: NIOLockedValueBox<RecentMeters<ClientSource>>
    private let waiting = NIOLockedValueBox(0)
    private let elapsed: @Sendable () -> Int64

    init(elapsed: @escaping @Sendable () -> Int64) {
        self.elapsed = elapsed
        let all = RateMeter(PublicationLimits.rate)
        sources = NIOLockedValueBox(
            RecentMeters(countMax: RateLimits.sourcesMax) {
                RateMeters(.source, PublicationLimits.sourceRate, shared: all)
            })
    }

    func meters(of source: ClientSource?) -> RateMeters {
        let now = elapsed()
        return sources.withLockedValue { table in
            source.map { table.meters(of: $0, at: now) } ?? table.others
        }
    }

    /// Takes one more request; nil if it is within the rate.
    func take(_ meters: RateMeters) -> RateOverrun? { meters.take(nil, at: elapsed()) }

    /// Whether an answer of so many bytes may wait for its peer.
    func mayQueue(_ bytes: Int) -> Bool {
        bytes <= PublicationLimits.longAnswerBytes
            || waiting.withLockedValue { $0 == 0 || $0 + bytes <= PublicationLimits.queuedBytesMax }
    }

    /// Notes that so many bytes more, or less, wait.
    func queue(_ change: Int) { waiting.withLockedValue { $0 += change } }
}

/// One connection to the listener of revocations.
final class PublicConnection: ConnectionHandler {
    private let pages: PublicPages
    private let rates: PublicRates
    private var meters: RateMeters?
    private var connection: Connection?

    init(_ pages: PublicPages, _ rates: PublicRates) {
        self.pages = pages
        self.rates = rates
    }

    func opened(_ connection: Connection) {
        self.connection = connection
        meters = rates.meters(of: ClientSource(connection.remoteAddress?.ipAddress))
    }

    func receive(_ request: Request, stream: StreamID) {
        connection?.respond(answer(request), on: stream)
        connection?.flush()
    }

    func queued(_ change: Int) { rates.queue(change) }

    func closed() {
        connection = nil
    }

    private func answer(_ request: Request) -> Response {
        if let overrun = meters.flatMap({ rates.take($0) }) {
            var response = pages.refuse(429, "too many requests\n")
            response.fields.append(.init("retry-after", String(overrun.waitSeconds)))
            return response
        }
        let response = pages.answer(request)
        guard rates.mayQueue(response.body.count) else {
            var response = pages.refuse(503, "too many answers wait to be read\n")
            response.fields.append(.init("retry-after", "1"))
            return response
        }
        return response
    }
}
