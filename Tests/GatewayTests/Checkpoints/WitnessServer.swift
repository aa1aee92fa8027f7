import Audit
import Crypto
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix

/// A witness behind HTTP on loopback that signs whatever it is asked to, as far as it goes on from what it signed.
final class WitnessServer: Sendable {
    /// How it behaves.
    enum Manner: Sendable {
        case good, silent, wrong, forked, redirecting, long
    }

    let key: VerifierKey
    let name: String
    private let secret: Curve25519.Signing.PrivateKey
    private let seen = NIOLockedValueBox<UInt64>(0)
    private let manners = NIOLockedValueBox(Manner.good)
    private let asked = NIOLockedValueBox(0)
    private let channel: any Channel
    private let wall: @Sendable () -> Int64

    var manner: Manner {
        get { manners.withLockedValue { $0 } }
        set { manners.withLockedValue { $0 = newValue } }
    }

    /// How often it was asked.
    var questions: Int { asked.withLockedValue { $0 } }
    var address: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/w" }
    /// Its line in a policy.
    var line: String { "witness \(name) \(key.text) \(address)\n" }

    /// Runs some for as long as the body takes.
    static func with<R: Sendable>(
        _ count: Int, wall: @escaping @Sendable () -> Int64,
        _ body: @Sendable ([WitnessServer]) async throws -> R
    ) async throws -> R {
        var servers: [WitnessServer] = []
        for index in 0..<count {
            servers.append(try await WitnessServer("w\(index).example", wall))
        }
        let result: Result<R, any Error>
        do { result = .success(try await body(servers)) } catch { result = .failure(error) }
        for server in servers { try await server.channel.close().get() }
        return try result.get()
    }

    /// A policy of which so many must sign.
    static func policy(_ servers: [WitnessServer], quorum: Int) -> String {
        servers.map(\.line).joined() + "group g \(quorum) "
            + servers.map(\.name).joined(separator: " ") + "\nquorum g\n"
    }

    private init(_ name: String, _ wall: @escaping @Sendable () -> Int64) async throws {
        let secret = Curve25519.Signing.PrivateKey()
        guard
            let key = VerifierKey(
                name: name, kind: .witness, publicKey: Array(secret.publicKey.rawRepresentation))
        else { throw CocoaError(.coderInvalidValue) }
        self.secret = secret
        self.key = key
        self.name = name
        self.wall = wall
        let handler = NIOLockedValueBox<WitnessServer?>(nil)
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    guard let server = handler.withLockedValue({ $0 }) else { return }
                    try pipeline.addHandler(WitnessHandler(server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        handler.withLockedValue { $0 = self }
        channel.closeFuture.whenComplete { _ in handler.withLockedValue { $0 = nil } }
    }

    /// Nil never answers.
    fileprivate func answer(_ path: String, _ question: [UInt8]) -> (UInt, [UInt8])? {
        asked.withLockedValue { $0 += 1 }
        guard path == "/w/add-checkpoint", let proof = LogExtension(question) else {
            return (400, [])
        }
        switch manner {
        case .silent: return nil
        case .redirecting: return (307, [])
        case .long: return (200, [UInt8](repeating: 65, count: 1 << 20))
        case .forked: return (409, Array("\(UInt64.max / 4)\n".utf8))
        case .good, .wrong: break
        }
        let known = seen.withLockedValue { $0 }
        guard proof.oldSize == known else { return (409, Array("\(known)\n".utf8)) }
        let note = String(decoding: proof.checkpoint.bytes, as: UTF8.self)
        let text = note.components(separatedBy: "\n\n")[0] + "\n"
        seen.withLockedValue { $0 = UInt64(text.split(separator: "\n")[1]) ?? 0 }
        let seconds = UInt64(wall() / 1_000_000_000)
        let message = "cosignature/v1\ntime \(seconds)\n" + (manner == .wrong ? "x\n" : text)
        guard let signature = try? secret.signature(for: Data(message.utf8)) else { return nil }
        var blob = Data(key.id)
        withUnsafeBytes(of: seconds.bigEndian) { blob.append(contentsOf: $0) }
        return (200, Array("— \(name) \((blob + signature).base64EncodedString())\n".utf8))
    }
}

private final class WitnessHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: WitnessServer
    private var path = ""
    private var body: [UInt8] = []

    init(_ server: WitnessServer) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            path = head.method == .POST ? head.uri : ""
            body = []
        case .body(let bytes): body += Array(buffer: bytes)
        case .end:
            guard let (status, body) = server.answer(path, body) else { return }
            var headers = HTTPHeaders([("content-length", String(body.count))])
            if status == 307 { headers.add(name: "location", value: "/w/other") }
            let head = HTTPResponseHead(
                version: .http1_1, status: .init(statusCode: Int(status)), headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
