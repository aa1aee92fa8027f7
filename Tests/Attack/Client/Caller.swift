import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// Requests of one identity over mTLS.
struct Caller: Sendable {
    struct Answer: Sendable {
        let status: Int
        let retryAfter: Bool
        let body: [UInt8]
    }

    /// The identity's files in the gateway's folder.
    struct Files: Sendable {
        let certificate: String
        let key: String

        static let `operator` = Files(
            certificate: "certs/operator.pem", key: "certs/operator.key")

        static func service(_ name: String) -> Files {
            Files(certificate: "\(name)/svid.pem", key: "\(name)/svid.key")
        }
    }

    private static let bodyBytesMax = 64 << 20

    private let client: HTTPClient
    private let address: String

    /// With `isFresh`, each request after a pause has a connection of its own.
    init(
        _ files: Files, in folder: URL, address: String,
        version: HTTPClient.Configuration.HTTPVersion,
        isFresh: Bool = false, on group: any EventLoopGroup
    ) throws {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try Self.tls(files, in: folder),
            timeout: .init(connect: .seconds(10), read: .seconds(10)))
        configuration.httpVersion = version
        configuration.connectionPool.retryConnectionEstablishment = false
        if isFresh { configuration.connectionPool.idleTimeout = .milliseconds(100) }
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
        self.address = address
    }

    func send(_ method: HTTPMethod, _ path: String, body: String? = nil) async throws -> Answer {
        var request = HTTPClientRequest(url: address + "/api/maxine" + path)
        request.method = method
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await client.execute(request, timeout: .seconds(10))
        let bytes = try await response.body.collect(upTo: Self.bodyBytesMax)
        return Answer(
            status: Int(response.status.code),
            retryAfter: response.headers.contains(name: "retry-after"),
            body: Array(bytes.readableBytesView))
    }

    func shutDown() async throws { try await client.shutdown() }

    /// TLS 1.3 with an identity's files and the bundle of the trust domain.
    static func tls(_ files: Files, in folder: URL) throws -> TLSConfiguration {
        let place = { (name: String) in folder.appending(path: name).path }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv13
        configuration.trustRoots = .file(place("certs/bundle.pem"))
        configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(place(files.certificate))
            .map { .certificate($0) }
        configuration.privateKey = .privateKey(
            try NIOSSLPrivateKey(file: place(files.key), format: .pem))
        return configuration
    }
}
