import Audit
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Witnesses sign the log's ends while the gateway serves, and it says which of them have.
@Suite(.timeLimit(.minutes(10))) struct WitnessTests {
    private static let path = "/api/maxine/audit/checkpoint"

    private func gateway(_ policy: String, clock: TestClock) throws -> InProcessGateway {
        let folder = try TestFolder()
        try folder.write(policy, to: "witnesses.policy")
        let path = folder.path("witnesses.policy")
        return try InProcessGateway(clock: clock, folder: folder) {
            $0.audit.witnessPolicyPath = path
        }
    }

    /// Has the witnesses asked, until the gateway says of them what is expected.
    private func round(
        _ gateway: InProcessGateway, until isEnough: @Sendable (JSONValue) -> Bool
    ) async throws -> JSONValue {
        let due = ContinuousClock.now + .seconds(30)
        while true {
            gateway.clock.advance(by: .seconds(3))
            try await gateway.tick(.checkpoints)
            try await gateway.tick(.witnesses)
            let answer = try await gateway.curl("GET", Self.path + "?format=json")
            #expect(answer.status == 200, "\(answer.body)")
            let value = try StrictJSON.parse(Array(answer.body.utf8))
            if isEnough(value) || ContinuousClock.now > due { return value }
        }
    }

    private func states(_ value: JSONValue) -> [JSONValue] {
        if case .array(let states)? = value["witnesses"] { states } else { [] }
    }

    @Test func anEndWithEnoughSignaturesIsToldAndKept() async throws {
        let clock = TestClock()
        try await WitnessServer.with(3, wall: { clock.nanoseconds }) { servers in
            servers[2].manner = .wrong
            let text = WitnessServer.policy(servers, quorum: 2)
            let policy = try WitnessPolicy(Array(text.utf8))
            let gateway = try gateway(text, clock: clock)
            let keys = try await gateway.serving { gateway in
                let first = try await gateway.curl("GET", Self.path + "?witnessed=true")
                #expect(first.status == 503, "\(first.body)")
                let value = try await round(gateway) { $0["quorum"] == .bool(true) }
                #expect(value["signed"]?.integer == 2)
                #expect(
                    states(value).map { $0["signed"] } == [.bool(true), .bool(true), .bool(false)])
                let keys =
                    try gateway.left.text("certs/log.vkey").split(separator: "\n").compactMap {
                        VerifierKey(String($0))
                    } + policy.keys
                let told = try await gateway.curl("GET", Self.path + "?witnessed=true")
                let end = try Checkpoint(Array(told.body.utf8), by: keys)
                #expect(policy.isMet(by: end.signers))
                let shown = try await gateway.curl(
                    "GET", "/checkpoint", at: gateway.federationAddress)
                #expect(policy.isMet(by: try Checkpoint(Array(shown.body.utf8), by: keys).signers))
                let metrics = try await gateway.page("/metrics")
                #expect(
                    metrics.body.contains("maxine_audit_witness_failing{witness=\"w2.example\"} 1"))
                #expect(
                    metrics.body.contains("maxine_audit_witness_failing{witness=\"w1.example\"} 0"))
                let ready = try await gateway.page("/readyz")
                #expect(ready.status == 200)
                #expect(ready.body.contains("the witness w2.example: "), "\(ready.body)")
                return keys
            }
            let kept = try Checkpoint(gateway.left.bytes("data/log.witnessed"), by: keys)
            #expect(policy.isMet(by: kept.signers))
            // What was told is told after a start, too, though nobody answers any more.
            for server in servers { server.manner = .silent }
            try await gateway.serving { gateway in
                let told = try await gateway.curl("GET", Self.path + "?witnessed=true")
                #expect(Array(told.body.utf8) == kept.bytes, "\(told.body)")
            }
        }
    }

    @Test func aRecordIsProvedByAnEndThatWitnessesSigned() async throws {
        let clock = TestClock()
        try await WitnessServer.with(3, wall: { clock.nanoseconds }) { servers in
            let text = WitnessServer.policy(servers, quorum: 2)
            let policy = try WitnessPolicy(Array(text.utf8))
            let gateway = try gateway(text, clock: clock)
            try await gateway.serving { gateway in
                let registered = try await gateway.register("api", "api-1")
                let path = "/api/maxine/audit/proof/\(registered.sequence)?witnessed=true"
                #expect(try await gateway.curl("GET", path).status == 503)
                _ = try await round(gateway) { $0["quorum"] == .bool(true) }
                let answer = try await gateway.curl("GET", path)
                #expect(answer.status == 200, "\(answer.body)")
                let keys =
                    try gateway.left.text("certs/log.vkey").split(separator: "\n").compactMap {
                        VerifierKey(String($0))
                    } + policy.keys
                let leaf = try #require(
                    registered.headers["maxine-audit"]?.split(separator: ";").last
                        .flatMap { LeafHash(base64: String($0)) })
                let proof = try #require(LogProof(Array(answer.body.utf8)))
                #expect(policy.isMet(by: try proof.verify(leaf: leaf, by: keys).signers))
                for bad in ["?witnessed=yes", "?witnessed=", "?format=xml"] {
                    let answer = try await gateway.curl("GET", Self.path + bad)
                    #expect(answer.status == 400, "\(bad)")
                }
                let both = try await gateway.curl("GET", Self.path + "?from=1&witnessed=true")
                #expect(both.status == 400)
            }
        }
    }

    /// One that says that it has seen more, that leads elsewhere, or that never ends its answer.
    @Test(arguments: [WitnessServer.Manner.forked, .redirecting, .long])
    func whatAWitnessMayNotAnswerIsToldAndNotBelieved(
        _ manner: WitnessServer.Manner
    ) async throws {
        let clock = TestClock()
        try await WitnessServer.with(1, wall: { clock.nanoseconds }) { servers in
            servers[0].manner = manner
            let gateway = try gateway(
                WitnessServer.policy(servers, quorum: 1), clock: clock)
            try await gateway.serving { gateway in
                let value = try await round(gateway) { value in
                    states(value).first?["fault"] != nil
                }
                #expect(value["quorum"] == .bool(false))
                let records = try gateway.journal().filter { $0["action"]?.string == "log.fork" }
                #expect(records.count == (manner == .forked ? 1 : 0))
                #expect(servers[0].questions > 0)
            }
            #expect(
                !FileManager.default.fileExists(atPath: gateway.left.path("data/log.witnessed")))
        }
    }

    /// What witnesses signed under a key that somebody else may have is told no more.
    @Test func anEndOfAReplacedKeyIsForgottenWhoeverElseSignedIt() async throws {
        let clock = TestClock()
        try await WitnessServer.with(1, wall: { clock.nanoseconds }) { servers in
            let gateway = try gateway(WitnessServer.policy(servers, quorum: 1), clock: clock)
            try await gateway.serving { gateway in
                _ = try await round(gateway) { $0["quorum"] == .bool(true) }
                let old = try gateway.left.text("certs/log.vkey")
                let path = "/api/maxine/audit/keys/replace"
                #expect(try await gateway.curl("POST", path).status == 200)
                let told = try await gateway.curl("GET", Self.path + "?witnessed=true")
                #expect(told.status == 503, "\(told.body)")
                _ = try await round(gateway) { $0["quorum"] == .bool(true) }
                let again = try await gateway.curl("GET", Self.path + "?witnessed=true")
                let key = try #require(VerifierKey(old))
                #expect(throws: CheckpointFault.self) {
                    try Checkpoint(Array(again.body.utf8), by: [key])
                }
            }
        }
    }

    /// An older copy of the data folder was put back, but for what witnesses had signed since.
    @Test func anEndBeyondTheLogIsNotToldAfterAStart() async throws {
        let clock = TestClock()
        try await WitnessServer.with(1, wall: { clock.nanoseconds }) { servers in
            let gateway = try gateway(WitnessServer.policy(servers, quorum: 1), clock: clock)
            try await gateway.serving { gateway in
                _ = try await round(gateway) { $0["quorum"] == .bool(true) }
            }
            let data = gateway.folder.appending(path: "data")
            let away = try TestFolder()
            let copy = away.url.appending(path: "data")
            try FileManager.default.copyItem(at: data, to: copy)
            let early = try gateway.left.bytes("data/log.witnessed")
            try await gateway.serving { gateway in
                for number in 0..<20 { _ = try await gateway.register("api", "api-\(number)") }
                _ = try await round(gateway) { ($0["size"]?.integer ?? 0) > 40 }
                _ = try await round(gateway) { $0["quorum"] == .bool(true) }
            }
            let late = try gateway.left.bytes("data/log.witnessed")
            #expect(late != early)
            for server in servers { server.manner = .silent }
            for (bytes, isTold) in [(early, true), (late, false)] {
                try FileManager.default.removeItem(at: data)
                try FileManager.default.copyItem(at: copy, to: data)
                try gateway.left.write(bytes, to: "data/log.witnessed")
                try await gateway.serving { gateway in
                    let told = try await gateway.curl("GET", Self.path + "?witnessed=true")
                    #expect(told.status == (isTold ? 200 : 503), "\(told.body)")
                }
            }
        }
    }

    @Test func withoutWitnessesThereIsNoneToAskFor() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            for path in [Self.path, "/api/maxine/audit/proof/1"] {
                let answer = try await gateway.curl("GET", path + "?witnessed=true")
                #expect(answer.status == 404, "\(answer.body)")
            }
            let answer = try await gateway.curl("GET", Self.path + "?format=json")
            let value = try StrictJSON.parse(Array(answer.body.utf8))
            #expect(value["quorum"] == .bool(false))
            #expect(states(value).isEmpty)
        }
    }

    @Test(arguments: [
        "quorum x\n", "", "witness a KEY\nquorum a\n", "witness a KEY ftp://a.example\nquorum a\n",
        "witness a KEY http://a.example/\nquorum a\n",
    ])
    func aPolicyThatCanNotBeUsedStopsTheStart(_ text: String) async throws {
        let key = try #require(LogKey(newFor: "a")?.verifier.publicKey)
        let vkey = try #require(VerifierKey(name: "a", kind: .witness, publicKey: key)).text
        let gateway = try gateway(text.replacing("KEY", with: vkey), clock: TestClock())
        await #expect(throws: (any Error).self) { try await gateway.serving { _ in } }
    }
}
