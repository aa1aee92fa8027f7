import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import Wire

/// Refusals that are recorded only once the peer has shown that it holds its certificate's key.
@Suite(
    .disabled(if: WireTestCertificates.isMissing, "the openssl command is missing"), .serialized)
struct ProvenRefusalTests {
    private let files: WireTestCertificates
    private let recorded = NIOLockedValueBox(0)

    init() throws {
        files = try #require(WireTestCertificates.shared)
    }

    @Test func whoHoldsTheKeyIsRecordedAndGetsNothing() async throws {
        try await serving { server in
            let text = await server.client()
            #expect(!text.contains("HTTP/1.1 200"), "\(text)")
            try await server.wait { _ in recorded.withLockedValue { $0 } > 0 }
            #expect(recorded.withLockedValue { $0 } == 1)
            #expect(server.targets == [] && server.failures == [])
            #expect(server.seen.withLockedValue { $0.opened } == 0)
        }
    }

    @Test func whoCopiedACertificateIsAStranger() async throws {
        try await serving { server in
            try await connectWithoutTheKey(to: server)
            try await server.wait { !$0.failures.isEmpty }
            #expect(server.failures.count == 1)
            #expect(recorded.withLockedValue { $0 } == 0)
            #expect(server.targets == [])
        }
    }

    private func serving(_ body: (TestServer) async throws -> Void) async throws {
        try await TestServer.run(files) { server in
            let recorded = recorded
            server.gate.state.withLockedValue { state in
                state.pending = PendingRefusal {
                    recorded.withLockedValue { $0 += 1 }
                    return MultiThreadedEventLoopGroup.singleton.next().makeSucceededVoidFuture()
                }
            }
            try await body(server)
        }
    }

    /// Presents the client's certificate and signs with nothing that belongs to it.
    private func connectWithoutTheKey(to server: TestServer) async throws {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        tls.trustRoots = .file(files.path("ca.pem"))
        tls.certificateChain = try NIOSSLCertificate.fromPEMFile(files.path("client.pem"))
            .map { .certificate($0) }
        tls.privateKey = .privateKey(NIOSSLPrivateKey(customPrivateKey: FalseKey()))
        let context = try NIOSSLContext(configuration: tls)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                }
            }
            .connect(host: "127.0.0.1", port: server.port).get()
        try? await channel.closeFuture.get()
    }
}

/// A key that signs with what looks like a signature.
private struct FalseKey: NIOSSLCustomPrivateKey, Hashable {
    var signatureAlgorithms: [SignatureAlgorithm] { [.ecdsaSecp256R1Sha256] }

    func sign(
        channel: any Channel, algorithm: SignatureAlgorithm, data: ByteBuffer
    ) -> EventLoopFuture<ByteBuffer> {
        let number: [UInt8] = [0x02, 0x20] + [UInt8](repeating: 0x11, count: 32)
        return channel.eventLoop.makeSucceededFuture(
            ByteBuffer(bytes: [0x30, 0x44] + number + number))
    }

    func decrypt(channel: any Channel, data: ByteBuffer) -> EventLoopFuture<ByteBuffer> {
        channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }
}
