import Gateway
import StrictJSON
import Support
import Testing

/// One principal can't have all connections.
@Suite struct ConnectionShareTests {
    private let request = Array("GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\n\r\n".utf8)

    @Test func beyondItsShareAPrincipalIsToldSoAndOthersAreServed() async throws {
        let gateway = try InProcessGateway { $0.limits.connectionsPerPrincipal = 2 }
        try await gateway.serving { gateway in
            // Issuing is a connection of the operator, too: it is closed before others come.
            try await gateway.issue("web")
            let request = request
            let pipes = try await Shell.aside {
                try (0..<2).map { _ in
                    let pipe = try TLSPipe(gateway)
                    pipe.send(request)
                    pipe.read { String(decoding: $0, as: UTF8.self).contains("\"audit\"") }
                    return pipe
                }
            }
            for pipe in pipes {
                #expect(String(decoding: pipe.received, as: UTF8.self).hasPrefix("HTTP/1.1 200"))
            }
            for option in ["--http1.1", "--http2"] {
                let refused = try await gateway.curl(
                    "GET", "/api/maxine/status", options: [option])
                #expect(refused.status == 429, "\(refused.body)")
                #expect(refused.headers["retry-after"] == "1")
                #expect(refused.body.contains("urn:maxine:problem:too-many-connections"))
                #expect(refused.body.contains("limits.connections_per_principal"))
            }
            let other = try await gateway.curl("GET", "/api/maxine/services/web", as: "web")
            #expect(other.status != 429, "another principal has its own")
            try await Shell.aside { for pipe in pipes { pipe.close() } }
            var after = try await gateway.curl("GET", "/api/maxine/status")
            while after.status == 429 {
                after = try await gateway.curl("GET", "/api/maxine/status")
            }
            #expect(after.status == 200)
        }
        let refusals = try gateway.journal().filter {
            $0["reason"]?.string?.hasPrefix("too-many-connections") == true
        }
        #expect(refusals.count >= 2)
    }

    @Test func meansThatOneConnectionEndsAsManyTimesAsItBegan() {
        let meters = RateMeters(.principal, Rate(perSecond: 1, burst: 1))
        #expect(meters.open(most: 2))
        #expect(meters.open(most: 2))
        #expect(!meters.open(most: 2))
        meters.close()
        #expect(meters.open(most: 2))
        #expect(!meters.open(most: 2))
    }
}
