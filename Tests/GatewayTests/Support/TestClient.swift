import AsyncHTTPClient
import Foundation
import Gateway
import NIOCore
import NIOHTTP1
import NIOSSL

/// A client of a gateway in this process: an operator with a certificate, or anybody without.
struct TestClient: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: [String: String]
        let body: String
    }

    private let base: String
    private let client: HTTPClient

    /// Lends a client for a while.
    static func with<R: Sendable>(
        _ gateway: SampleGateway, at listener: ListenerName = .service,
        isHTTP2: Bool = false,
        _ body: (TestClient) async throws -> R
    ) async throws -> R {
        let certs = gateway.folder.path + "/certs"
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(certs + "/bundle.pem"))
        if listener == .service {
            tls.certificateChain = try NIOSSLCertificate.fromPEMFile(certs + "/operator.pem")
                .map { .certificate($0) }
            tls.privateKey = .privateKey(
                try NIOSSLPrivateKey(file: certs + "/operator.key", format: .pem))
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.httpVersion = isHTTP2 ? .automatic : .http1Only
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let base = gateway.address(listener)
        do {
            let result = try await body(TestClient(base: base, client: client))
            try await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    func send(
        _ method: String, _ path: String, _ body: String? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await client.execute(request, timeout: .seconds(30))
        let bytes = try await response.body.collect(upTo: 1 << 20)
        return Answer(
            status: Int(response.status.code),
            headers: Dictionary(
                response.headers.map { ($0.name, $0.value) }, uniquingKeysWith: { $0 + "," + $1 }),
            body: String(buffer: bytes))
    }

    func signOn(_ password: String = "right", headers: [String: String] = [:]) async throws
        -> Answer
    {
        try await send(
            "POST", "/sample/sessions", #"{"user":"alice","password":"\#(password)"}"#,
            headers: headers)
    }
}
