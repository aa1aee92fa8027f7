internal import NIOCore
internal import ServiceLifecycle
internal import Time
internal import Wire

/// The connections of one listener and event loop whose peers have certificates, and when those end.
///
/// Confined to its event loop, whose timer is set to the next end. Ends are held against the wall clock as it stands whenever that
/// fires, and at each look besides: neither a machine that slept nor a clock that was set lets a connection outlive its
/// certificate, or ends one before.
final class CertificateEnds {
    private let eventLoop: any EventLoop
    private let clock: @Sendable () -> Int64
    /// By the end: certificates end in whole seconds, so there are few.
    private var known: [Int64: [ObjectIdentifier: Connection]] = [:]
    private var ends: [ObjectIdentifier: Int64] = [:]
    private var timer: Scheduled<Void>?
    /// For which end the timer is set.
    private var awaited = Int64.max

    /// Takes the wall clock.
    init(on eventLoop: any EventLoop, clock: @escaping @Sendable () -> Int64) {
        self.eventLoop = eventLoop
        self.clock = clock
    }

    /// Takes note of a connection until it is removed.
    func add(_ connection: Connection, endNanoseconds end: Int64) {
        let id = ObjectIdentifier(connection)
        known[end, default: [:]][id] = connection
        ends[id] = end
        // One whose end is here is told so by its first answer, and closed by the next look.
        if end < awaited { setTimer(to: end, after: clock()) }
    }

    /// Forgets a connection that is closed.
    func remove(_ connection: Connection) {
        let id = ObjectIdentifier(connection)
        guard let end = ends.removeValue(forKey: id) else { return }
        known[end]?[id] = nil
        if known[end]?.isEmpty == true { known[end] = nil }
    }

    /// Ends those whose time is over, and waits for the next.
    func endDue(nowNanoseconds now: Int64) {
        for end in known.keys.filter({ $0 <= now }) {
            for connection in known.removeValue(forKey: end).map({ Array($0.values) }) ?? [] {
                connection.expire()
            }
        }
        awaited = .max
        if let next = known.keys.min() { setTimer(to: next, after: now) }
    }

    private func setTimer(to end: Int64, after now: Int64) {
        guard now < end else { return }
        awaited = end
        timer?.cancel()
        let time = min(
            max(Span.between(now, end), ConnectionLimits.endTimerNanosecondsMin),
            ConnectionLimits.endTimerNanosecondsMax)
        timer = eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(time)) { [weak self] in
            guard let self else { return }
            endDue(nowNanoseconds: clock())
        }
    }
}

/// Looks each second whose certificate has expired, our own among them.
///
/// Timers stand while a machine sleeps, and know nothing of a clock that is set. A request that comes in between is refused by itself,
/// see ``Standings``.
struct CertificateWatch: Service {
    private let reception: Reception?
    private let core: GatewayCore
    private let ticker: any Ticker
    private let also: @Sendable () -> Void

    /// Looks through a reception; `also` looks at the gateway's own certificate.
    init(
        _ reception: Reception?, _ core: GatewayCore, _ ticker: any Ticker,
        also: @escaping @Sendable () -> Void
    ) {
        self.also = also
        self.reception = reception
        self.core = core
        self.ticker = ticker
    }

    func run() async {
        await ticker.run(.certificates) {
            also()
            await reception?.endExpired(nowNanoseconds: core.now())
        }
    }
}
