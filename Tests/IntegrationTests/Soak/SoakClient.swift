import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
import Support

/// Our own client on a connection that it keeps as long as its identity is the newest: `maxine`'s library and TLS settings, over HTTP/1.1
/// as it speaks, or over HTTP/2.
///
/// Used by one thread.
final class SoakClient {
    private let gateway: SoakedGateway
    private let version: HTTPVersion
    private var current: (place: String, client: HTTPClient)?

    init(_ gateway: SoakedGateway, _ version: HTTPVersion) {
        self.gateway = gateway
        self.version = version
    }

    /// Asks once with the newest identity.
    ///
    /// - Throws: ``TestFault`` where it is not answered 200 over the wanted version.
    func ask() throws {
        let place = try gateway.newest()
        if current?.place != place {
            try end()
            current = (place, try client(place))
        }
        guard let client = current?.client else { return }
        let request = try HTTPClient.Request(url: gateway.address + "/api/maxine/services/web")
        let answer = try client.execute(request: request, deadline: .now() + .seconds(10)).wait()
        guard answer.status == .ok, answer.version == version else {
            throw TestFault(description: "\(version): \(answer.status) over \(answer.version)")
        }
    }

    /// Closes what is open.
    func end() throws {
        try current?.client.syncShutdown()
        current = nil
    }

    private func client(_ place: String) throws -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(place + "/bundle.pem"))
        tls.certificateChain = try NIOSSLCertificate.fromPEMFile(place + "/svid.pem")
            .map { .certificate($0) }
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: place + "/svid.key", format: .pem))
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = version == .http2 ? .automatic : .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }
}
