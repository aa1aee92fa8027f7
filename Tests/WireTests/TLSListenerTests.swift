import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

@testable import Wire

/// Real TLS on loopback, with openssl and curl as peers.
@Suite(
    .disabled(if: WireTestCertificates.isMissing, "the openssl command is missing"), .serialized)
struct TLSListenerTests {
    let files: WireTestCertificates

    init() throws {
        files = try #require(WireTestCertificates.shared)
    }

    @Test func servesHTTP1AndHTTP2ToARealClient() async throws {
        try await TestServer.run(files) { server in
            let one = await server.curl("--http1.1", path: "/a")
            #expect(one == "path=/a h2=false tls=1.3 resumed=false peer=peer\nv1.1")
            let two = await server.curl("--http2", path: "/b")
            #expect(two == "path=/b h2=true tls=1.3 resumed=false peer=peer\nv2")
            let upload = await server.curl(
                "--http2 -X PUT --data-binary @'\(files.path("ca.pem"))'")
            #expect(upload.hasSuffix("v2"))
        }
    }

    @Test func speaksHTTP1WithoutALPN() async throws {
        try await TestServer.run(files) { server in
            #expect(await server.client().contains("h2=false"))
        }
    }

    @Test func refusesTLS12() async throws {
        try await TestServer.run(files) { server in
            let text = await server.client("-tls1_2")
            #expect(!text.contains("HTTP/1.1 200"))
            try await server.wait { !$0.failures.isEmpty }
            #expect(server.failures == [.unsupportedVersion])
            #expect(server.targets == [])
        }
    }

    @Test func tellsAMissingClientCertificateFromOtherFailures() async throws {
        try await TestServer.run(files) { server in
            let text = await server.client(identity: nil)
            #expect(!text.contains("HTTP/1.1 200"))
            try await server.wait { !$0.failures.isEmpty }
            #expect(server.failures == [.noClientCertificate])
            _ = await WireTestCertificates.shell(
                "printf 'GET / HTTP/1.1\\r\\n\\r\\n' | timeout -s KILL 2 nc -q1 127.0.0.1 \(server.port) || "
                    + "(exec 3<>/dev/tcp/127.0.0.1/\(server.port); printf 'GET / HTTP/1.1\\r\\n\\r\\n' >&3; sleep 0.2)"
            )
            try await server.wait { $0.failures.count >= 2 }
            #expect(server.failures[1] == .plaintext)
            #expect(server.targets == [])
        }
    }

    @Test func refusesAPeerThatTheGateRefuses() async throws {
        try await TestServer.run(files) { server in
            server.gate.state.withLockedValue { $0.accepts = false }
            let text = await server.client()
            #expect(!text.contains("HTTP/1.1 200"))
            #expect(server.targets == [])
            // The gate itself has reported it.
            #expect(server.failures == [])
        }
    }

    @Test func waitsForAVerdictThatTakesTime() async throws {
        try await TestServer.run(files) { server in
            server.gate.state.withLockedValue { $0.delay = .milliseconds(150) }
            #expect(await server.client().contains("peer=peer"))
        }
    }

    @Test func refusesALongChainBeforeTheGateSeesIt() async throws {
        try await TestServer.run(files) { server in
            let text = await server.client("-cert_chain '\(files.path("long.pem"))'")
            #expect(!text.contains("HTTP/1.1 200"))
            try await server.wait { !$0.failures.isEmpty }
            #expect(server.failures == [.chainTooLong])
            #expect(server.gate.state.withLockedValue { $0.chains } == [])
        }
    }

    /// Hazard 1: the TLS library itself lets a resumed session in without asking.
    @Test func judgesAResumedSessionAgainAndLetsNoByteThroughWhenItIsRefused() async throws {
        let session = files.path("session.pem")
        try await TestServer.run(files) { server in
            #expect(await server.client("-sess_out '\(session)'").contains("resumed=false"))
            #expect(
                await server.client("-sess_in '\(session)'").contains("resumed=true peer=again"))
            #expect(server.gate.state.withLockedValue { $0.chains.count } == 1)
            let leaf = try files.bytes("client.der")
            #expect(server.gate.state.withLockedValue { $0.leaves } == [leaf])

            server.gate.state.withLockedValue { $0.acceptsResumed = false }
            let before = server.targets.count
            let refused = await server.client("-sess_in '\(session)'", path: "/secret")
            #expect(!refused.contains("HTTP/1.1"))
            #expect(server.targets.count == before)
            #expect(server.gate.state.withLockedValue { $0.leaves.count } == 2)

            // Early bytes wait for the verdict, and are dropped with it.
            server.gate.state.withLockedValue { $0.delay = .milliseconds(200) }
            _ = await server.client("-sess_in '\(session)'", path: "/secret")
            #expect(server.targets.count == before)

            server.gate.state.withLockedValue { $0.acceptsResumed = true }
            let late = await server.client("-sess_in '\(session)'", path: "/late")
            #expect(late.contains("path=/late"))
            #expect(late.contains("resumed=true"))
        }
    }

    @Test func forgetsSessionsWhenTheContextIsSwapped() async throws {
        let session = files.path("session2.pem")
        try await TestServer.run(files) { server in
            _ = await server.client("-sess_out '\(session)'")
            try server.box.swap(TestServer.settings(files, .required))
            #expect(await server.client("-sess_in '\(session)'").contains("resumed=false"))
            #expect(server.gate.state.withLockedValue { $0.leaves } == [])
        }
    }

    @Test func keepsTheOldContextWhenTheNewOneIsUnusable() async throws {
        try await TestServer.run(files) { server in
            var settings = try TestServer.settings(files, .required)
            settings.privateKeyPEM = try files.bytes("client.key")
            #expect(throws: TLSSettingsError.self) { try server.box.swap(settings) }
            #expect(await server.client().contains("HTTP/1.1 200"))
        }
    }

    @Test func asksForNoCertificateWhereNoneIsWanted() async throws {
        try await TestServer.run(files, clients: .notAsked) { server in
            #expect(await server.client(identity: nil).contains("peer=\n"))
            #expect(server.gate.state.withLockedValue { $0.chains } == [])
        }
    }

    @Test func endsAHandshakeThatStalls() async throws {
        var limits = Limits()
        limits.handshakeNanoseconds = 200_000_000
        try await TestServer.run(files, limits: limits) { server in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: server.port).get()
            try await channel.closeFuture.get()
            #expect(server.failures == [.timedOut])
        }
    }

    @Test func closesConnectionsOverTheLimitAtOnce() async throws {
        var limits = Limits()
        limits.connectionsMax = 1
        try await TestServer.run(files, limits: limits) { server in
            let client = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            let first = try await client.connect(host: "127.0.0.1", port: server.port).get()
            try await server.wait { $0.listener.counters.open == 1 }
            let second = try await client.connect(host: "127.0.0.1", port: server.port).get()
            try await second.closeFuture.get()
            #expect(server.listener.counters == .init(accepted: 1, refused: 1, open: 1))
            try await first.close()
            try await server.wait { $0.listener.counters.open == 0 }
            #expect(await server.client().contains("HTTP/1.1 200"))
        }
    }

    @Test(arguments: ["--http1.1", "--http2"])
    func drainsWithTheAnswersUnderWay(_ version: String) async throws {
        try await TestServer.run(files, delay: .milliseconds(400)) { server in
            async let answer = server.curl(version, path: "/slow")
            try await server.wait { !$0.targets.isEmpty }
            let start = ContinuousClock.now
            await server.listener.drain(within: .seconds(5))
            #expect(ContinuousClock.now - start < .seconds(4))
            #expect(await answer.hasPrefix("path=/slow"))
            #expect(server.listener.counters.open == 0)
            let late = await server.curl(version)
            #expect(late.contains("Failed to connect") || late.contains("refused"))
        }
    }
}
