import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import Wire

@Suite(.disabled(if: WireTestCertificates.isMissing, "the openssl command is missing"))
struct PostQuantumTests {
    /// Notes the first bytes that come back.
    private final class FirstAnswer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let promise: EventLoopPromise<String>

        init(_ promise: EventLoopPromise<String>) { self.promise = promise }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            promise.succeed(String(buffer: unwrapInboundIn(data)))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { promise.fail(error) }

        func channelInactive(context: ChannelHandlerContext) { promise.fail(ChannelError.eof) }
    }

    @Test func agreesOnKeysWithAClientThatOnlyKnowsX25519MLKEM768() async throws {
        let files = try #require(WireTestCertificates.shared)
        try await TestServer.run(files) { server in
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.curves = [.x25519_MLKEM768]
            configuration.minimumTLSVersion = .tlsv13
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .file(files.path("ca.pem"))
            configuration.certificateChain = [
                .certificate(try NIOSSLCertificate(bytes: files.bytes("client.der"), format: .der))
            ]
            configuration.privateKey = .privateKey(
                try NIOSSLPrivateKey(bytes: files.bytes("client.key"), format: .pem))
            let tls = try NIOSSLContext(configuration: configuration)
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let answer = loop.makePromise(of: String.self)
            let channel = try await ClientBootstrap(group: loop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: nil))
                        try pipeline.addHandler(FirstAnswer(answer))
                    }
                }
                .connect(host: "127.0.0.1", port: server.port).get()
            try await channel.writeAndFlush(
                ByteBuffer(string: "GET /pq HTTP/1.1\r\nHost: a\r\n\r\n"))
            #expect(try await answer.futureResult.get().contains("path=/pq"))
            try await channel.close()
        }
    }
}
