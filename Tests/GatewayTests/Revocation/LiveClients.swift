import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import Support

/// Connections over mTLS that stay open, and know when the last byte of each came.
final class LiveClients: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let address: SocketAddress
    private let folder: String

    init(_ gateway: InProcessGateway) throws {
        let port = Int(gateway.serviceAddress.split(separator: ":").last ?? "") ?? 0
        address = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        folder = gateway.folder.path
    }

    func end() async throws { try await group.shutdownGracefully() }

    /// Opens connections with one service's certificate; each has had an answer when this returns.
    func open(_ count: Int, as service: String) async throws -> [LiveClient] {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        tls.certificateVerification = .noHostnameVerification
        tls.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMFile(folder + "/certs/bundle.pem"))
        tls.certificateChain = try NIOSSLCertificate.fromPEMFile(
            "\(folder)/\(service)/svid.pem"
        ).map { .certificate($0) }
        tls.privateKey = .privateKey(
            try NIOSSLPrivateKey(file: "\(folder)/\(service)/svid.key", format: .pem))
        let context = try NIOSSLContext(configuration: tls)
        var clients: [LiveClient] = []
        while clients.count < count {
            // A few at a time: a flood of handshakes would time out.
            let some = try await withThrowingTaskGroup(of: LiveClient.self) { tasks in
                for _ in 0..<min(64, count - clients.count) {
                    tasks.addTask { try await self.open(context) }
                }
                return try await tasks.reduce(into: [LiveClient]()) { $0.append($1) }
            }
            clients += some
        }
        return clients
    }

    /// Whether somebody with a certificate and its key is answered.
    func isLetIn(_ chain: [[UInt8]], key: String) async throws -> Bool {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        tls.certificateVerification = .noHostnameVerification
        tls.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMFile(folder + "/certs/bundle.pem"))
        tls.certificateChain = try chain.map {
            .certificate(try NIOSSLCertificate(bytes: $0, format: .der))
        }
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem))
        return await (try? open(NIOSSLContext(configuration: tls))) != nil
    }

    private func open(_ context: NIOSSLContext) async throws -> LiveClient {
        let client = LiveClient()
        let channel = try await ClientBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(
                        NIOSSLClientHandler(context: context, serverHostname: nil))
                    try pipeline.addHandler(LiveHandler(client))
                }
            }
            .connect(to: address).get()
        client.keep(channel)
        client.ask()
        try await client.answered(1)
        return client
    }
}

/// One connection of them.
final class LiveClient: Sendable {
    private struct State {
        var channel: (any Channel)?
        var answers = 0
        /// What is asked by turns, without an end.
        var pumped: [String] = []
        var lastByte: ContinuousClock.Instant?
        var waiting: [(count: Int, continuation: CheckedContinuation<Void, any Error>)] = []
        var isOver = false
    }

    private let state = NIOLockedValueBox(State())

    /// When it ended; nil while it is open.
    var ended: ContinuousClock.Instant? { state.withLockedValue { $0.isOver ? $0.lastByte : nil } }
    var answers: Int { state.withLockedValue { $0.answers } }

    func keep(_ channel: any Channel) { state.withLockedValue { $0.channel = channel } }

    /// Sends one request.
    func ask(_ request: String = TLSPipe.statusRequest) {
        guard let channel = state.withLockedValue({ $0.channel }) else { return }
        channel.writeAndFlush(ByteBuffer(string: request), promise: nil)
    }

    /// Sends one request after the other from now on, of these by turns.
    func pump(_ requests: [String] = [TLSPipe.statusRequest]) {
        state.withLockedValue { $0.pumped = requests }
        if let first = requests.first { ask(first) }
    }

    /// Waits until so many answers have come; throws if the connection ends before.
    func answered(_ count: Int) async throws {
        try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Void, any Error>) in
            let outcome = state.withLockedValue { state -> Result<Void, any Error>? in
                if state.answers >= count { return .success(()) }
                if state.isOver { return .failure(TestFault(description: "the connection ended")) }
                state.waiting.append((count, continuation))
                return nil
            }
            if let outcome { continuation.resume(with: outcome) }
        }
    }

    /// Waits until it ends, and says when that was; throws if it does not.
    @discardableResult
    func untilEnded() async throws -> ContinuousClock.Instant {
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            if let ended { return ended }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw TestFault(description: "a connection was not closed")
    }

    func took(answers: Int) {
        let (due, next) = state.withLockedValue { state in
            state.answers += answers
            state.lastByte = .now
            let due = state.waiting.filter { $0.count <= state.answers }
            state.waiting.removeAll { $0.count <= state.answers }
            let next = state.pumped.isEmpty ? nil : state.pumped[state.answers % state.pumped.count]
            return (due, next)
        }
        for (_, continuation) in due { continuation.resume() }
        if let next, answers > 0 { ask(next) }
    }

    func end() {
        let waiting = state.withLockedValue { state in
            state.isOver = true
            state.lastByte = .now
            state.channel = nil
            defer { state.waiting = [] }
            return state.waiting
        }
        for (_, continuation) in waiting {
            continuation.resume(throwing: TestFault(description: "the connection ended"))
        }
    }
}

/// Counts answers: each begins with a status line.
private final class LiveHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let client: LiveClient

    init(_ client: LiveClient) { self.client = client }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let text = String(buffer: unwrapInboundIn(data))
        client.took(answers: text.components(separatedBy: "HTTP/1.1 ").count - 1)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { client.end() }
}
