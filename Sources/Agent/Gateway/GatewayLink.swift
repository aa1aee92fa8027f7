internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import PKI
internal import StrictJSON

/// The agent's connection to its gateway: TLS 1.3, the gateway's certificate checked against the newest bundle.
actor GatewayLink {
    private let address: String
    private let joinAddress: String?
    private let agentName: String
    private var client: HTTPClient?
    private var retired: [HTTPClient] = []

    init(address: String, joinAddress: String?, agentName: String) {
        self.address = address
        self.joinAddress = joinAddress
        self.agentName = agentName
    }

    /// Uses another identity or bundle from now on; calls under way end with the old ones.
    ///
    /// - Throws: `AgentError.files` for keys that TLS does not take.
    func use(_ identity: AgentIdentity?, bundlePEM: String) async throws(AgentError) {
        let next = try Self.makeClient(identity, bundlePEM)
        let old = client
        client = next
        for client in retired { try? await client.shutdown() }
        retired = old.map { [$0] } ?? []
    }

    /// Ends all connections.
    func close() async {
        for client in retired + [client].compactMap({ $0 }) { try? await client.shutdown() }
        client = nil
        retired = []
    }

    /// Sends one request; the answer's JSON with its bytes.
    ///
    /// - Throws: `AgentError.unreachable`, `.refused`, `.badAnswer`.
    nonisolated func send(
        _ method: HTTPMethod, _ path: String, body: [UInt8]? = nil, bearer: String? = nil,
        joining: Bool = false, seconds: Int64 = 15
    ) async throws(AgentError) -> JSONValue {
        let (client, base) = try await target(joining: joining)
        var request = HTTPClientRequest(url: base + "/api/maxine" + path)
        request.method = method
        request.headers.add(name: "user-agent", value: "maxine-agent/\(agentName)")
        if let bearer { request.headers.add(name: "authorization", value: "Bearer \(bearer)") }
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let status: Int
        let bytes: ByteBuffer
        do {
            let response = try await client.execute(request, timeout: .seconds(seconds))
            status = Int(response.status.code)
            bytes = try await response.body.collect(upTo: AgentLimits.gatewayAnswerBytesMax)
        } catch {
            throw .unreachable("\(base): \(error)")
        }
        let value = try? StrictJSON.parse(
            Array(bytes.readableBytesView),
            limits: JSONLimits(
                bytesMax: AgentLimits.gatewayAnswerBytesMax, depthMax: 16, valuesMax: 1_000_000))
        guard (200..<300).contains(status) else {
            throw .refused(status: status, value?["detail"]?.string ?? "no reason is given")
        }
        guard let value else { throw .badAnswer("not JSON") }
        return value
    }

    private func target(joining: Bool) throws(AgentError) -> (HTTPClient, String) {
        guard let client else { throw .notJoined("the agent has no connection yet") }
        return (client, joining ? joinAddress ?? address : address)
    }

    private static func makeClient(
        _ identity: AgentIdentity?, _ bundlePEM: String
    ) throws(AgentError) -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        do {
            tls.trustRoots = .certificates(
                try NIOSSLCertificate.fromPEMBytes(Array(bundlePEM.utf8)))
            if let identity {
                tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(
                    Array(identity.chainPEM.utf8)
                ).map { .certificate($0) }
                tls.privateKey = .privateKey(
                    try NIOSSLPrivateKey(bytes: Array(identity.keyPEM.utf8), format: .pem))
            }
        } catch {
            throw .files("the agent's key, certificate or bundle can't be used: \(error)")
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit =
            AgentLimits.issuancesMax + 2
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }
}
