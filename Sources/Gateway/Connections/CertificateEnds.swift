internal import ServiceLifecycle
internal import Wire

/// The connections of one listener and event loop whose peers have certificates, and when those end.
///
/// Confined to its event loop. The ends are held against the wall clock as it stands at each look: neither a machine that
/// slept nor a clock that was set lets a connection outlive its certificate, or ends one before.
final class CertificateEnds {
    private var known: [ObjectIdentifier: (connection: Connection, endNanoseconds: Int64)] = [:]
    /// No certificate ends before.
    private var earliest = Int64.max

    /// Takes note of a connection until it is removed.
    func add(_ connection: Connection, endNanoseconds: Int64) {
        known[ObjectIdentifier(connection)] = (connection, endNanoseconds)
        earliest = min(earliest, endNanoseconds)
    }

    /// Forgets a connection that is closed.
    func remove(_ connection: Connection) { known[ObjectIdentifier(connection)] = nil }

    /// Ends those whose time is over.
    func endDue(nowNanoseconds now: Int64) {
        guard now >= earliest else { return }
        let due = known.values.filter { now >= $0.endNanoseconds }
        earliest = known.values.lazy.map(\.endNanoseconds).filter { now < $0 }.min() ?? .max
        for (connection, _) in due { connection.expire() }
    }
}

/// Looks each second whose certificate has expired, our own among them.
///
/// A request that comes in between is refused by itself, see ``Standings``.
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
