import Foundation
import NIOCore
import Policy
import Testing
import Wire

@testable import Gateway

/// Live connections are ended by what they are known by, with the answers that are under way on them.
@Suite(.serialized) struct ConnectionRegistryTests {
    private func ticking() -> Route {
        Route(.get, ["test", "ticks"], .systemRead) { _ throws(Problem) in
            .slow(
                SlowLaneTests.Streaming(
                    body: StreamedBody(endsOnDrain: true) { writer in
                        while true {
                            try await writer.write("tick\n")
                            try await Task.sleep(for: .milliseconds(10))
                        }
                    }))
        }
    }

    private func awaitConnections(_ count: Int, of gateway: InProcessGateway) async throws {
        for _ in 0..<300 where await gateway.gateway?.connections.count() != count {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(await gateway.gateway?.connections.count() == count)
    }

    @Test(arguments: ["--http1.1", "--http2"])
    func endsThoseThatFitAndNoOthers(_ version: String) async throws {
        let gateway = try InProcessGateway()
        try await gateway.start(GatewayAdditions(routes: [ticking()]))
        let registry = try #require(gateway.gateway?.connections)
        async let stream = gateway.run(
            gateway.arguments(.service, "/api/maxine/test/ticks", options: [version]))
        try await awaitConnections(1, of: gateway)
        let serial = try await gateway.run([
            "openssl", "x509", "-noout", "-serial", "-in", "certs/operator.pem",
        ]).output.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
            .replacing("serial=", with: "")
        #expect(await registry.end { $0.certificateSerial == "00" } == 0)
        #expect(await registry.end { $0.trustDomain == "elsewhere.example" } == 0)
        #expect(await registry.end { $0.spiffeID?.path == "/operator/other" } == 0)
        #expect(await registry.end { $0.listener == .people } == 0)
        #expect(await registry.end { $0.credentials.contains("x") } == 0)
        #expect(await registry.count() == 1)
        let start = ContinuousClock.now
        let ended = await registry.end { facts in
            facts.certificateSerial.map { serial.hasSuffix($0) || $0.hasSuffix(serial) } ?? false
                && facts.spiffeID?.path == "/operator/operator"
                && facts.trustDomain == "maxine.local" && facts.authority != nil
                && facts.principals.contains { $0.id == "spiffe://maxine.local/operator/operator" }
        }
        #expect(ended == 1)
        let result = try await stream
        #expect(ContinuousClock.now - start < .seconds(3))
        #expect(result.output.contains("tick"))
        #expect(result.status != 0, "the answer must not look complete")
        try await awaitConnections(0, of: gateway)
        #expect(
            try await gateway.awaitRecord(holding: "answer.streamed", "peer_gone") != nil)
        await gateway.stop()
    }
}
