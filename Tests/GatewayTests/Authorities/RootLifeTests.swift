import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// A new root by the API: published, awaited, then signing, with commands and clients that follow.
@Suite(.timeLimit(.minutes(10))) struct RootLifeTests {
    private func sequence(_ gateway: InProcessGateway) async throws -> (number: Int64, keys: Int) {
        let answer = try await Shell.run(
            aside: [
                "curl", "-sS", "--max-time", "5", "--cacert", "certs/bundle.pem",
                gateway.federationAddress + "/bundle",
            ], directory: gateway.folder)
        let value = try StrictJSON.parse(Array(answer.output.utf8))
        guard case .array(let keys)? = value["keys"], let number = value["spiffe_sequence"]?.integer
        else { throw TestFault(description: answer.output) }
        return (number, keys.count { $0["use"]?.string == "x509-svid" })
    }

    private func step(
        _ name: String, _ body: String, _ gateway: InProcessGateway
    ) async throws -> CurlAnswer {
        try await gateway.curl("POST", "/api/maxine/ca/\(name)", body: body)
    }

    @Test func aRootIsPublishedThenAwaitsItsReadersThenSigns() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            try await gateway.issue("web")
            let before = try await sequence(gateway)
            #expect(before.keys == 1)
            gateway.clock.advance(by: .seconds(1))
            let made = try await step("prepare", #"{"kind":"root","crossSign":true}"#, gateway)
            #expect(made.status == 200, "\(made.body)")
            let waiting = try await step("activate", #"{"kind":"root"}"#, gateway)
            #expect(waiting.status == 409)
            #expect(waiting.body.contains("svc/web"), "\(waiting.body)")
            #expect(waiting.body.contains("bundle reader at 127.0.0.1"), "\(waiting.body)")
            let list = try await gateway.curl("GET", "/api/maxine/ca")
            #expect(list.body.contains(#""awaited":2"#), "\(list.body)")
            let after = try await sequence(gateway)
            #expect(after.number == before.number + 1 && after.keys == 2)
            try await gateway.issue("web")
            let done = try await step("activate", #"{"kind":"root"}"#, gateway)
            #expect(done.status == 200, "\(done.body)")
            // Clients that trusted the old root alone take the gateway's new certificate by the one that the old root signed.
            let client = try await gateway.curl("GET", "/api/maxine/auth/whoami", as: "web")
            #expect(client.status == 200, "\(client.body)")
        }
        try await gateway.serving { gateway in
            let list = try await gateway.curl("GET", "/api/maxine/ca")
            #expect(list.status == 200, "the operator's bundle was written anew")
            #expect(list.body.contains(#""kind":"root","state":"old""#), "\(list.body)")
        }
        let bundle = try gateway.left.text("certs/bundle.pem")
        #expect(bundle.split(separator: "-----BEGIN CERTIFICATE-----").count == 2)
    }

    @Test func whoIsAwaitedIsKnownAfterARestart() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            try await gateway.issue("web")
            gateway.clock.advance(by: .seconds(1))
            let made = try await step("prepare", #"{"kind":"root"}"#, gateway)
            #expect(made.status == 200)
        }
        try await gateway.serving { gateway in
            let waiting = try await step("activate", #"{"kind":"root"}"#, gateway)
            #expect(waiting.status == 409)
            #expect(waiting.body.contains("svc/web"), "\(waiting.body)")
            let forced = try await step("activate", #"{"kind":"root","force":true}"#, gateway)
            #expect(forced.status == 200, "\(forced.body)")
        }
        let records = try gateway.journal().filter { $0["detail"]?["forced"] == .bool(true) }
        #expect(records.count == 1)
    }

    @Test(arguments: [
        ("prepare", #"{"kind":"leaf"}"#), ("prepare", #"{"crossSign":true}"#),
        ("activate", #"{"kind":"intermediate","force":true}"#), ("activate", #"{"force":1}"#),
        ("install", #"{}"#), ("install", #"{"certificate":7}"#), ("prepare", #"{"x":1}"#),
    ])
    func badRequestsAreAnsweredWithWhatIsWrong(_ name: String, _ body: String) async throws {
        try await InProcessGateway().serving { gateway in
            let answer = try await step(name, body, gateway)
            #expect(answer.status == 400, "\(answer.body)")
        }
    }
}
