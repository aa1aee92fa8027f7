internal import Audit
internal import NIOCore
internal import PKI
internal import Policy
internal import Wire

/// Where a connection's requests come from, as policy and records see it.
struct ClientFacts {
    private(set) var address: IPAddress?
    private var ip = ""
    private var port: UInt16 = 0
    private var certificate: String?
    private var resumed = false
    private var tls: String?
    private var agent: String?
    /// Counts changes of the agent: records prepared under another number are out of date.
    private(set) var agentNumber = 0
    /// How much those may ask who are nobody and come from here.
    private(set) var rate: RateMeters?

    init() {}

    init(_ connection: Connection, _ rates: RateTable, nowNanoseconds now: Int64) {
        ip = connection.remoteAddress?.ipAddress ?? ""
        port = UInt16(clamping: connection.remoteAddress?.port ?? 0)
        address = IPAddress(parsing: ip)
        rate = rates.meters(of: address.map(ClientSource.init), at: now)
        tls = connection.tls?.version.rawValue
        resumed = connection.tls?.isResumed ?? false
        certificate = (connection.tls?.peer as? VerifiedPeer)?.serial
    }

    /// Keeps the `user-agent`; it is almost always the same for all requests of a connection.
    mutating func noteAgent(_ request: Request) {
        let isSame =
            request.withHeader(.userAgent) { sent in
                agent.map { $0.utf8.elementsEqual(sent.prefix(ConnectionLimits.agentBytesMax)) }
                    ?? false
            } ?? (agent == nil)
        guard !isSame else { return }
        agent = request.withHeader(.userAgent) {
            String(decoding: $0.prefix(ConnectionLimits.agentBytesMax), as: UTF8.self)
        }
        agentNumber &+= 1
    }

    var fields: ClientFields {
        ClientFields(
            ip: ip, port: port, tls: tls, certificate: certificate, resumed: resumed, agent: agent)
    }
}
