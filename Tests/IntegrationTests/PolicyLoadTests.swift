import Foundation
import StrictJSON
import Testing

/// Reloads under load, and the replay of a million decisions that the gateway really took.
@Suite(
    .serialized,
    .enabled(
        if: ProcessInfo.processInfo.environment["MAXINE_TEST_BINARY"] != nil && LoadClient.isThere,
        "needs a release binary in MAXINE_TEST_BINARY, h2load (Debian: nghttp2-client) and cc"))
struct PolicyLoadTests {
    private static let requests = 1_000_000
    private static let reloads = 100
    private static let fileReloads = 20

    @Test func aHundredReloadsUnderLoadDropNothingAndAMillionDecisionsAreReplayed() throws {
        let texts = ["first", "second"].map { name in
            PolicyReloadTests.policy(name, intentions: PolicyReloadTests.allow)
                .replacing("service: x", with: "service: \(name)")
        }
        let gateway = try GatewayProcess(policy: texts[0])
        try gateway.start()
        try gateway.issue("web")
        #expect(try gateway.register("api", "api-1", ttl: 86_400).status == 201)
        let load = try LoadClient(
            gateway, "/api/maxine/discover/api", as: "web", requests: Self.requests)
        var underLoad = 0
        for number in 0..<Self.reloads {
            let text =
                number % 2 == 0 ? texts[(number / 2 + 1) % 2] : "maxine_policy: 1\nrulez: []\n"
            if number % (Self.reloads / Self.fileReloads) < 1 {
                try reloadByFile(number % 2 == 0 ? text : text + "# \(number)\n", gateway)
            } else {
                let answer = try gateway.curl("PUT", "/api/maxine/policy", body: body(text))
                #expect(answer.status == (number % 2 == 0 ? 200 : 422), "\(answer.body)")
            }
            if load.isRunning { underLoad += 1 }
        }
        let outcome = try load.finish(seconds: 400)
        print("reloads under load: \(underLoad) of \(Self.reloads), \(outcome.rate) requests/s")
        #expect(outcome.succeeded == Self.requests, "\(outcome.output)")
        #expect(outcome.failed == 0)
        #expect(outcome.statuses["2xx"] == Self.requests, "\(outcome.statuses)")
        #expect(underLoad == Self.reloads)
        try checkDigests(gateway, texts)
        #expect(gateway.stop() == 0)
        try replay(gateway)
    }

    private func body(_ text: String) -> String {
        var writer = JSONWriter()
        writer.raw("{\"files\":[{\"name\":\"p.yaml\",\"text\":")
        writer.string(text)
        writer.raw("}]}")
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func reloadByFile(_ text: String, _ gateway: GatewayProcess) throws {
        try Data(text.utf8).write(
            to: gateway.folder.appending(path: "policy.yaml"), options: .atomic)
        usleep(1_200_000)
    }

    /// Every record names a policy that was whole and in force.
    private func checkDigests(_ gateway: GatewayProcess, _ texts: [String]) throws {
        let counted = try Shell.run(
            [
                "sh", "-c",
                #"cat data/audit/segments/*.jsonl | grep -o '"policy":"[^"]*"' | sort | uniq -c"#,
            ], directory: gateway.folder, timeoutSeconds: 300)
        let lines = counted.output.split(separator: "\n")
        #expect(lines.count == 2, "\(counted.output)")
        for (index, text) in texts.enumerated() {
            let name = "text-\(index).yaml"
            try Data(text.utf8).write(to: gateway.folder.appending(path: name))
            let checked = try gateway.maxine("policy", "check", name, "--json")
            let value = try StrictJSON.parse(Array(checked.output.utf8))
            guard case .array(let digests) = value["policies"], let digest = digests.first?.string
            else {
                Issue.record("no digest: \(checked.output)")
                return
            }
            #expect(lines.contains { $0.contains(digest) }, "\(digest) in \(counted.output)")
        }
    }

    private func replay(_ gateway: GatewayProcess) throws {
        let segments = gateway.folder.path + "/data/audit/segments"
        let before = try Shell.run(
            ["sh", "-c", "cd data && find . -type f | sort | xargs sha256sum | sha256sum"],
            directory: gateway.folder, timeoutSeconds: 120)
        try Data(PolicyReloadTests.policy("none").utf8).write(
            to: gateway.folder.appending(path: "candidate.yaml"))
        let start = ContinuousClock.now
        let replayed = try gateway.maxine(
            "policy", "replay", "--candidate", "candidate.yaml", "--json", timeoutSeconds: 120)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let report = try StrictJSON.parse(Array(replayed.output.utf8))
        let decisions = report["decisions"]?.integer ?? 0
        print("replayed \(decisions) decisions in \(seconds) s (\(segments))")
        #expect(decisions >= Self.requests)
        #expect(report["reproduced"]?.integer == decisions)
        #expect(report["newlyDenied"]?.integer == Int64(Self.requests))
        #expect(report["notReplayable"]?.integer == 0)
        #expect(seconds < 20)
        let after = try Shell.run(
            ["sh", "-c", "cd data && find . -type f | sort | xargs sha256sum | sha256sum"],
            directory: gateway.folder, timeoutSeconds: 120)
        #expect(before.output == after.output, "a replay touched the data folder")
    }
}
