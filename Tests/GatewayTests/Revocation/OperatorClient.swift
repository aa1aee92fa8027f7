import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// An operator who revokes on a connection that stays open.
struct OperatorClient: Sendable {
    private let base: String
    private let client: HTTPClient

    init(_ gateway: InProcessGateway, as name: String = "operator") async throws {
        let certs = gateway.folder.path + "/certs"
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(certs + "/bundle.pem"))
        tls.certificateChain = try NIOSSLCertificate.fromPEMFile(certs + "/\(name).pem")
            .map { .certificate($0) }
        tls.privateKey = .privateKey(
            try NIOSSLPrivateKey(file: certs + "/\(name).key", format: .pem))
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        base = gateway.serviceAddress
        // The first request opens the connection.
        _ = try await client.get(url: base + "/api/maxine/status").get()
    }

    /// Revokes all certificates of a service.
    func revoke(_ service: String) async throws -> String {
        try await revoke(#""spiffeId":"\#(InProcessGateway.spiffeID(service))""#, why: "drill")
    }

    /// Revokes what a member of the request names.
    func revoke(_ what: String, why: String) async throws -> String {
        var request = HTTPClientRequest(url: base + InProcessGateway.revoke)
        request.method = .POST
        request.body = .bytes(ByteBuffer(string: #"{\#(what),"reason":"\#(why)"}"#))
        let response = try await client.execute(request, timeout: .seconds(30))
        return String(buffer: try await response.body.collect(upTo: 1 << 16))
    }

    func end() async throws { try await client.shutdown() }
}
