internal import Audit
internal import NIOCore
internal import PKI
internal import Policy
internal import Wire

/// Where a connection's requests come from, as policy and records see it.
///
/// A class, like what is made from it: the connection lends it to each request, and a struct would be copied for that.
final class ClientFacts {
    private(set) var address: IPAddress?
    private var ip = ""
    private var port: UInt16 = 0
    private var certificate: String?
    private var resumed = false
    private var tls: String?
    private var agent: String?
    /// What was sent of it, for a look at each request; none where the agent is not what was sent.
    private var agentBytes: [UInt8]?
    /// Counts changes of the agent and of the address: records prepared under another number are out of date.
    private(set) var agentNumber = 0
    /// How much those may ask who are nobody and come from here.
    private(set) var rate: RateMeters?
    /// Who is believed about where requests come from, and the proxy that this connection is of; nil if it is of none.
    private var proxies: TrustedProxies?
    private var proxy: IPAddress?

    init() {}

    init(
        _ connection: Connection, _ rates: RateTable, behind proxies: TrustedProxies,
        nowNanoseconds now: Int64
    ) {
        ip = connection.remoteAddress?.ipAddress ?? ""
        port = UInt16(clamping: connection.remoteAddress?.port ?? 0)
        address = IPAddress(parsing: ip)
        if let address, proxies.holds(address) {
            self.proxies = proxies
            proxy = address
        }
        rate = rates.meters(of: address.map(ClientSource.init), at: now)
        tls = connection.tls?.version.rawValue
        resumed = connection.tls?.isResumed ?? false
        certificate = (connection.tls?.peer as? VerifiedPeer)?.serial
    }

    /// Keeps the `user-agent`; it is almost always the same for all requests of a connection.
    func noteAgent(_ request: Request) {
        let isSame =
            request.withHeader(.userAgent) { sent in
                agentBytes.map { Self.isSame(Self.cut(sent), $0) } ?? false
            } ?? (agent == nil)
        guard !isSame else { return }
        agentBytes = nil
        agent = request.withHeader(.userAgent) { sent in
            if KeyInTarget.holdsKey(sent) { return "withheld: it holds a secret" }
            let bytes = Array(Self.cut(sent))
            agentBytes = bytes
            return String(decoding: bytes, as: UTF8.self)
        }
        agentNumber &+= 1
    }

    @inline(__always)
    private static func cut(_ agent: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: agent.prefix(ConnectionLimits.agentBytesMax))
    }

    /// Byte by byte in memory; views of a string take ten times as long.
    @inline(__always)
    private static func isSame(_ sent: UnsafeRawBufferPointer, _ kept: [UInt8]) -> Bool {
        guard sent.count == kept.count else { return false }
        return kept.withUnsafeBytes { kept in
            for index in kept.indices where kept[index] != sent[index] { return false }
            return true
        }
    }

    /// Whether what it forwards says where requests come from.
    var isOfAProxy: Bool { proxy != nil }

    /// Takes the address that the proxy forwards a request for.
    @inline(never)
    func noteForwarded(
        _ request: Request, _ rates: RateTable, nowNanoseconds now: Int64
    ) {
        guard let proxies, let proxy else { return }
        let fields = request.headers(named: TrustedProxies.header)
        move(to: proxies.client(behind: proxy, fields), rates, now)
    }

    /// The proxy itself stands for what it brought and nobody could read.
    func forgetForwarded(_ rates: RateTable, nowNanoseconds now: Int64) {
        if let proxy { move(to: proxy, rates, now) }
    }

    private func move(to other: IPAddress, _ rates: RateTable, _ now: Int64) {
        guard other != address else { return }
        address = other
        ip = other.description
        port = 0
        rate = rates.meters(of: ClientSource(other), at: now)
        agentNumber &+= 1
    }

    var fields: ClientFields {
        ClientFields(
            ip: ip, port: port, tls: tls, certificate: certificate, resumed: resumed, agent: agent)
    }
}
