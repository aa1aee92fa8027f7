import NIOCore
import NIOEmbedded
import NIOSSL
import Testing

@testable import Wire

/// A connection that is cut is gone at once: nothing more is said, and nobody is waited for.
@Suite(.disabled(if: WireTestCertificates.isMissing, "the openssl command is missing"))
struct CutConnectionTests {
    private let server: EmbeddedChannel
    private let client: EmbeddedChannel
    private let connection: HTTP1Connection

    /// Both ends of a TLS connection in memory, after its handshake.
    init() throws {
        let files = try #require(WireTestCertificates.shared)
        let chain = try NIOSSLCertificate.fromPEMFile(files.path("server.pem")).map {
            NIOSSLCertificateSource.certificate($0)
        }
        let key = NIOSSLPrivateKeySource.privateKey(
            try NIOSSLPrivateKey(file: files.path("server.key"), format: .pem))
        var asking = TLSConfiguration.makeClientConfiguration()
        asking.trustRoots = .file(files.path("ca.pem"))
        connection = HTTP1Connection(
            handler: RecordingHandler(), tls: .test, limits: Limits())
        server = try Self.channel(
            NIOSSLServerHandler(
                context: NIOSSLContext(
                    configuration: .makeServerConfiguration(
                        certificateChain: chain, privateKey: key)))
        )
        client = try Self.channel(
            NIOSSLClientHandler(
                context: NIOSSLContext(configuration: asking), serverHostname: "localhost"))
        try server.pipeline.syncOperations.addHandler(connection)
        try exchange()
    }

    private static func channel(_ tls: some ChannelHandler) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(tls)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    /// Carries bytes to and fro until neither end has more to say.
    private func exchange() throws {
        var isDone = false
        while !isDone {
            isDone = true
            while let bytes = try client.readOutbound(as: ByteBuffer.self) {
                try server.writeInbound(bytes)
                isDone = false
            }
            while let bytes = try server.readOutbound(as: ByteBuffer.self) {
                try client.writeInbound(bytes)
                isDone = false
            }
        }
    }

    @Test func aCutConnectionSaysNoGoodbyeAndWaitsForNone() throws {
        try client.writeOutbound(ByteBuffer(string: HTTP1ConnectionTests.get("/a")))
        try exchange()
        let answer = try #require(try client.readInbound(as: ByteBuffer.self))
        #expect(String(buffer: answer).hasPrefix("HTTP/1.1 200 "))
        connection.cut()
        #expect(!server.isActive)
        #expect(try server.readOutbound(as: ByteBuffer.self) == nil)
    }

    /// Whoever holds only the channel says it by an event.
    @Test func anEventEndsItTheSameWay() throws {
        server.pipeline.triggerUserOutboundEvent(RefusalLinger.EndNow(), promise: nil)
        #expect(!server.isActive)
        #expect(try server.readOutbound(as: ByteBuffer.self) == nil)
    }
}
