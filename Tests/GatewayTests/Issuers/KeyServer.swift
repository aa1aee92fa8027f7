import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Support

/// An HTTPS server on loopback that answers each path as it is told, and counts what it is asked.
final class KeyServer: Sendable {
    /// What a path is answered with.
    struct Page: Sendable {
        var status = 200
        var body = ""
        var location: String?
        var contentType = "application/json"
        /// Whether there is never any answer.
        var isSilent = false
        /// The time between two bytes of the body; nil where they come at once.
        var pace: TimeAmount?
    }

    /// What it was asked.
    struct Asked: Sendable {
        let path: String
        let authorization: String?
        let body: String
    }

    private let pages = NIOLockedValueBox<[String: Page]>([:])
    private let asked = NIOLockedValueBox<[Asked]>([])
    private let channel: any Channel
    private let folder: TestFolder
    private let isSecure: Bool

    /// The file of the certificate, which is its own authority.
    var authorities: String { folder.path("server.pem") }

    /// Its address, as `https://127.0.0.1:1234`.
    var address: String { address(of: "127.0.0.1") }

    /// Its address by another name.
    func address(of host: String) -> String {
        "\(isSecure ? "https" : "http")://\(host):\(channel.localAddress?.port ?? 0)"
    }

    /// The paths that were asked for, in order.
    var paths: [String] { requests.map(\.path) }

    /// All that it was asked, in order.
    var requests: [Asked] { asked.withLockedValue { $0 } }

    /// Runs a server for as long as the body takes.
    ///
    /// Its certificate says nothing but its common name where `names` is nil.
    static func with(
        secure: Bool = true, commonName: String = "keys", names: String? = "IP:127.0.0.1",
        _ body: @Sendable (KeyServer) async throws -> Void
    ) async throws {
        let server = try await KeyServer(secure: secure, commonName, names)
        let result: Result<Void, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try await server.channel.close().get()
        try result.get()
    }

    /// From now on a path is answered so.
    func answer(_ path: String, _ page: Page) { pages.withLockedValue { $0[path] = page } }

    func answer(_ path: String, body: String) { answer(path, Page(body: body)) }

    private init(secure: Bool, _ commonName: String, _ names: String?) async throws {
        let folder = try TestFolder()
        self.folder = folder
        isSecure = secure
        _ = try await Shell.run(
            aside: [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-keyout", folder.path("server.key"), "-out", folder.path("server.pem"),
                "-subj", "/CN=\(commonName)", "-days", "2",
            ] + (names.map { ["-addext", "subjectAltName=\($0)"] } ?? []))
        var context: NIOSSLContext?
        if secure {
            context = try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: try NIOSSLCertificate.fromPEMFile(
                        folder.path("server.pem")
                    ).map { .certificate($0) },
                    privateKey: .privateKey(
                        try NIOSSLPrivateKey(file: folder.path("server.key"), format: .pem))))
        }
        let (pages, asked) = (pages, asked)
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { [context] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context {
                        try pipeline.addHandler(NIOSSLServerHandler(context: context))
                    }
                    // Without assistance, so that it reads on while there is no answer and sees its client go.
                    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    try pipeline.addHandler(PageHandler(pages, asked))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }
}

/// Answers one request after the other.
private final class PageHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let pages: NIOLockedValueBox<[String: KeyServer.Page]>
    private let asked: NIOLockedValueBox<[KeyServer.Asked]>
    private var head: HTTPRequestHead?
    private var body = ""

    init(
        _ pages: NIOLockedValueBox<[String: KeyServer.Page]>,
        _ asked: NIOLockedValueBox<[KeyServer.Asked]>
    ) {
        self.pages = pages
        self.asked = asked
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = ""
        case .body(let bytes): body += String(buffer: bytes)
        case .end:
            let path = head?.uri ?? ""
            let authorization = head?.headers.first(name: "authorization")
            asked.withLockedValue {
                $0.append(.init(path: path, authorization: authorization, body: body))
            }
            let page = pages.withLockedValue { $0[path] } ?? KeyServer.Page(status: 404)
            if page.isSilent { return }
            var headers = HTTPHeaders([
                ("content-length", String(page.body.utf8.count)),
                ("content-type", page.contentType),
            ])
            if let location = page.location { headers.add(name: "location", value: location) }
            let head = HTTPResponseHead(
                version: .http1_1, status: HTTPResponseStatus(statusCode: page.status),
                headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            if let pace = page.pace {
                context.flush()
                trickle(page.body.utf8[...], pace, context.channel)
                return
            }
            context.write(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: page.body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    private func trickle(
        _ bytes: Substring.UTF8View, _ pace: TimeAmount, _ channel: any Channel
    ) {
        guard channel.isActive else { return }
        guard let byte = bytes.first else {
            channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
            return
        }
        let part = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: [byte])))
        channel.writeAndFlush(part, promise: nil)
        channel.eventLoop.assumeIsolated().scheduleTask(in: pace) { [self] in
            trickle(bytes.dropFirst(), pace, channel)
        }
    }
}
