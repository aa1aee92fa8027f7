import Foundation
import StrictJSON
import Testing

/// The policy's routes and commands against a running gateway.
@Suite(.serialized) struct PolicyToolTests {
    /// Who may do what, with policy.* for operators.
    static func policy(_ name: String, intentions: String = "") -> String {
        PolicyReloadTests.policy(name, intentions: intentions)
    }

    private func started(_ configuration: String = "") throws -> GatewayProcess {
        let gateway = try GatewayProcess(
            policy: Self.policy("first", intentions: PolicyReloadTests.allow),
            configuration: configuration)
        try gateway.start()
        try gateway.issue("web")
        #expect(try gateway.register("api", "api-1").status == 201)
        return gateway
    }

    private func write(_ text: String, _ name: String, _ gateway: GatewayProcess) throws {
        try Data(text.utf8).write(to: gateway.folder.appending(path: name), options: .atomic)
    }

    private func discover(_ gateway: GatewayProcess) throws -> GatewayProcess.Answer {
        try gateway.curl("GET", "/api/maxine/discover/api", as: "web")
    }

    @Test func explainsLiveOfflineAndThePast() throws {
        let gateway = try started()
        let allowed = try gateway.record(of: try discover(gateway))
        let live = try gateway.run(
            ["policy", "explain", "--as", "service:web", "--do", "service.discover api"]
        )
        #expect(live.status == 0, "\(live.error)")
        #expect(live.output.contains("ALLOW  allow, gate intention, rule web-to-api"))
        #expect(live.output.contains("-> allow web-to-api  applies"), "\(live.output)")
        let offline = try gateway.maxine(
            "policy", "explain", "policy.yaml", "--as", "service:web", "--do",
            "service.deregister api")
        #expect(offline.output.contains("DENY  deny, gate intention"), "\(offline.output)")
        try write(Self.policy("second"), "policy.yaml", gateway)
        #expect(try awaitStatus(gateway, 403))
        let sequence = String(allowed["seq"]?.integer ?? 0)
        let past = try gateway.maxine("policy", "explain", "--seq", sequence)
        #expect(past.output.contains("ALLOW  allow, gate intention, rule web-to-api"))
        #expect(past.output.contains("recorded: allow"), "\(past.output)\(past.error)")
        #expect(!past.output.contains("NOT what"))
        let route = try gateway.curl(
            "POST", "/api/maxine/policy/explain", body: "{\"seq\":\(sequence)}")
        #expect(route.status == 200)
        #expect(try StrictJSON.parse(Array(route.body.utf8))["reproduced"] == .bool(true))
        #expect(gateway.stop() == 0)
    }

    @Test func replaysTheWholeLogAndACandidate() throws {
        let gateway = try started()
        for _ in 0..<3 { _ = try discover(gateway) }
        let tagged = try gateway.curl(
            "PUT", "/api/maxine/services/api/instances/api-9",
            body: #"{"address":"10.0.0.7","port":80,"tags":["blue"]}"#, as: "web")
        #expect(tagged.status == 403)
        let baseline = try gateway.maxine("policy", "replay", "--json")
        #expect(baseline.status == 0, "\(baseline.output)\(baseline.error)")
        let report = try StrictJSON.parse(Array(baseline.output.utf8))
        #expect(report["decisions"] == report["reproduced"])
        #expect((report["decisions"]?.integer ?? 0) >= 6)
        #expect(report["notReplayable"]?.integer == 0, "\(baseline.output)")
        try write(Self.policy("candidate"), "candidate.yaml", gateway)
        let gated = try gateway.maxine(
            "policy", "replay", "--candidate", "candidate.yaml", "--max-newly-denied", "0")
        #expect(gated.status == 1)
        #expect(gated.output.contains("3 newly denied, 0 newly allowed"), "\(gated.output)")
        let before = try gateway.curl("GET", "/api/maxine/policy")
        let body = JSONValue.object([
            .init(
                name: "files",
                value: .array([
                    .object([
                        .init(name: "name", value: .string("c.yaml")),
                        .init(name: "text", value: .string(Self.policy("candidate"))),
                    ])
                ]))
        ])
        var writer = JSONWriter()
        writer.value(body)
        let route = try gateway.curl(
            "POST", "/api/maxine/policy/replay", body: String(decoding: writer.bytes, as: UTF8.self)
        )
        #expect(route.status == 200, "\(route.body)")
        #expect(
            try StrictJSON.parse(Array(route.body.utf8))["newlyDenied"]?.integer == 3,
            "\(route.body)")
        // Nothing live was touched.
        #expect(try gateway.curl("GET", "/api/maxine/policy").body == before.body)
        #expect(try discover(gateway).status == 200)
        let suggestion = try gateway.maxine("policy", "suggest")
        #expect(suggestion.output.contains("permit: [discover]"), "\(suggestion.output)")
        #expect(gateway.stop() == 0)
    }

    @Test func changesThePolicyByTheAPIAndGoesBack() throws {
        let gateway = try started()
        let first = try digest(gateway)
        try write(Self.policy("second"), "second.yaml", gateway)
        let applied = try gateway.run(
            ["policy", "apply", "second.yaml", "--reason", "test"])
        #expect(applied.status == 0, "\(applied.error)")
        #expect(try discover(gateway).status == 403)
        let broken = try gateway.curl(
            "PUT", "/api/maxine/policy",
            body: #"{"files":[{"name":"x.yaml","text":"maxine_policy: 1\nrulez: []\n"}]}"#)
        #expect(broken.status == 422)
        #expect(broken.body.contains("x.yaml:2:1"), "\(broken.body)")
        try gateway.dieAtOnce()
        try gateway.start()
        #expect(try discover(gateway).status == 403, "the change outlives a kill")
        let back = try gateway.run(
            ["policy", "rollback", String(first.prefix(20))])
        #expect(back.status == 0, "\(back.error)")
        #expect(try digest(gateway) == first)
        #expect(try discover(gateway).status == 200)
        let record = try gateway.awaitRecord { $0["detail"]?["origin"]?.string == "rollback" }
        #expect(record?["detail"]?["by"]?.string?.contains("/operator/") == true)
        let refused = try gateway.curl(
            "PUT", "/api/maxine/policy", body: "{\"digest\":\"\(first)\"}", as: "web")
        #expect(refused.status == 403)
        #expect(gateway.stop() == 0)
    }

    @Test func breaksTheGlassAndSaysSo() throws {
        let gateway = try GatewayProcess(
            policy: Self.policy("first"),
            configuration: "break_glass: { policy: ./emergency.yaml, minutes_max: 5 }\n")
        try write(
            Self.policy("emergency", intentions: PolicyReloadTests.allow), "emergency.yaml",
            gateway)
        try gateway.start()
        try gateway.issue("web")
        _ = try gateway.register("api", "api-1")
        #expect(try discover(gateway).status == 403)
        let begun = try gateway.run(
            ["policy", "break-glass", "--minutes", "5", "--reason", "fire"])
        #expect(begun.status == 0, "\(begun.error)")
        #expect(try discover(gateway).status == 200)
        let ready = try Shell.run(["curl", "-sS", gateway.metricsAddress + "/readyz"]).output
        #expect(ready.hasPrefix("ready\npolicy_break_glass: "), "\(ready)")
        try gateway.dieAtOnce()
        try gateway.start()
        #expect(try discover(gateway).status == 200)
        let ended = try gateway.run(["policy", "break-glass", "--end"])
        #expect(ended.status == 0, "\(ended.error)")
        #expect(try discover(gateway).status == 403)
        #expect(gateway.stop() == 0)
    }

    private static let badInput: [(String, String, String, Int)] = [
        ("POST", "policy/explain", "{}", 400), ("POST", "policy/explain", "{\"seq\":0}", 400),
        ("POST", "policy/explain", "{\"seq\":999999}", 404),
        ("POST", "policy/explain", "{\"as\":\"x\",\"do\":\"y\"}", 400),
        ("POST", "policy/explain", "{\"as\":[],\"do\":\"y\"}", 400),
        ("POST", "policy/check", "{}", 400), ("POST", "policy/check", "{\"files\":[1]}", 400),
        ("POST", "policy/check", "{\"files\":[],\"x\":1}", 400),
        ("POST", "policy/replay", "{\"from\":9,\"to\":1}", 400),
        ("POST", "policy/replay", "{\"from\":999999}", 422),
        ("POST", "policy/replay", "{\"maxNewlyDenied\":-1}", 400),
        ("PUT", "policy", "{}", 400),
        ("PUT", "policy", "{\"digest\":\"a\",\"approve\":\"b\"}", 400),
        ("PUT", "policy", "{\"digest\":\"sha256:../../x\"}", 404),
        ("PUT", "policy", "{\"breakGlass\":5}", 400),
        ("PUT", "policy", "{\"breakGlass\":{\"minutes\":5},\"reason\":\"x\"}", 422),
        ("GET", "policy?digest=zzz", "", 404),
    ]

    @Test func answersBadInputWithWhatIsWrong() throws {
        let gateway = try GatewayProcess(policy: Self.policy("bad-input"))
        try gateway.start()
        for (method, path, body, status) in Self.badInput {
            let answer = try gateway.curl(
                method, "/api/maxine/" + path, body: body.isEmpty ? nil : body)
            #expect(answer.status == status, "\(path) \(body): \(answer.body)")
            #expect(answer.headers["content-type"] == "application/problem+json")
        }
        #expect(gateway.stop() == 0)
    }

    private func digest(_ gateway: GatewayProcess) throws -> String {
        let answer = try gateway.curl("GET", "/api/maxine/policy")
        return try StrictJSON.parse(Array(answer.body.utf8))["digest"]?.string ?? ""
    }

    private func awaitStatus(_ gateway: GatewayProcess, _ status: Int) throws -> Bool {
        let deadline = Date().addingTimeInterval(5)
        repeat {
            if try discover(gateway).status == status { return true }
            usleep(50_000)
        } while Date() < deadline
        return false
    }
}

extension GatewayProcess {
    /// Runs a client command with arguments in a list.
    fileprivate func run(_ arguments: [String]) throws -> Shell.Result {
        try Shell.run(
            [Self.binary] + arguments, environment: ["MAXINE_ADDR": serviceAddress],
            directory: folder, timeoutSeconds: 30)
    }

    /// Ends the gateway as a power cut would.
    fileprivate func dieAtOnce() throws {
        try signal(SIGKILL)
        process?.waitUntilExit()
    }
}
