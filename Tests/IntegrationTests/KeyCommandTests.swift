import Foundation
import Support
import Testing

/// The whole life of an API key by the commands and by curl, as docs/credentials.md tells it.
@Suite(.serialized) struct KeyCommandTests {
    private static let policy = """
        maxine_policy: 1
        name: keys
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: viewer, subjects: [{ api_key_scope: "registry:read" }] }
        acl:
          - { id: admins, effect: allow, subjects: [role:admin], actions: [service.*], resources: { services: ["*"] } }
        """

    private func run(
        _ arguments: [String], with key: String? = nil, in gateway: GatewayProcess
    ) throws -> Shell.Result {
        var environment = ["MAXINE_ADDR": gateway.serviceAddress]
        environment["MAXINE_TOKEN"] = key
        return try Shell.run(
            [GatewayProcess.binary] + arguments, environment: environment,
            directory: gateway.folder)
    }

    @Test func theWholeLifeByCommandAndByCurl() throws {
        let gateway = try GatewayProcess.started(policy: Self.policy)
        let created = try gateway.maxine(
            "keys", "create", "--name", "ci", "--scope", "registry:read", "--ttl", "1h",
            "--cidr", "127.0.0.0/8", "--per-minute", "1000")
        #expect(created.status == 0, "\(created.error)")
        let key = created.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(
            key.wholeMatch(of: /mxk_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}/) != nil, "\(created.output)")
        #expect(created.error.contains("it is not shown again"))
        let id = String(key.dropFirst(4).prefix(8))
        let used = try gateway.curl(
            "GET", "/api/maxine/status", headers: ["X-API-Key: \(key)"])
        #expect(used.status == 200)
        #expect(used.headers["ratelimit"]?.hasPrefix(#""minute";r=999;"#) == true)
        #expect(try run(["services"], with: key, in: gateway).status == 0)
        let refused = try run(["keys", "list"], with: key, in: gateway)
        #expect(refused.status == 3, "\(refused.error)")
        let minted = try run(
            ["keys", "create", "--scope", "registry:read"], with: key, in: gateway)
        #expect(minted.status == 3)
        let list = try gateway.maxine("keys", "list")
        #expect(list.output.contains(id) && list.output.contains("live"))
        let shown = try gateway.maxine("keys", "show", id)
        #expect(shown.output.contains("lastUsedAt") && shown.output.contains("registry:read"))
        let rotated = try gateway.maxine("keys", "rotate", id, "--grace", "0s")
        #expect(rotated.status == 0, "\(rotated.error)")
        let next = rotated.output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(try run(["services"], with: key, in: gateway).status == 4)
        #expect(try run(["services"], with: next, in: gateway).status == 0)
        #expect(try gateway.maxine("keys", "revoke", id).status == 0)
        let over = try run(["services"], with: next, in: gateway)
        #expect(over.status == 4)
        #expect(over.error.contains("not authenticated"), "\(over.error)")
        gateway.crash()
        try gateway.start()
        #expect(try run(["services"], with: next, in: gateway).status == 4)
        #expect(try gateway.maxine("keys", "show", key).status == 2, "a whole key is no id")
        #expect(gateway.stop() == 0)
        for secret in [key, next].map({ String($0.dropFirst(13).prefix(20)) }) {
            for texts in [list, shown, over] {
                #expect(!(texts.output + texts.error).contains(secret))
            }
            let found = try Shell.run(
                ["grep", "-rlaF", "-e", secret, "."], directory: gateway.folder)
            #expect(found.status == 1, "\(found.output)")
        }
    }

    @Test func aCheckerFindsAllKeysOfAFileAndNothingElse() throws {
        let gateway = try GatewayProcess.started(policy: Self.policy)
        var keys: [String] = []
        for _ in 0..<3 {
            let made = try gateway.maxine("keys", "create", "--scope", "registry:read")
            keys.append(made.output.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        #expect(gateway.stop() == 0)
        let looksLikeOne = keys[0].dropLast(6) + "000000"
        // Long enough to come in several parts.
        let filler = String(repeating: "mxk_ \(looksLikeOne) mxk_0aB1cD2e\n", count: 3_000)
        let text = "token: \(keys[0])\n\(filler)a=\(keys[1])&b=\(keys[2])\n"
        try Data(text.utf8).write(to: gateway.folder.appending(path: "leak.txt"))
        try Data(filler.utf8).write(to: gateway.folder.appending(path: "clean.txt"))
        let found = try gateway.maxine("keys", "check", "leak.txt", "clean.txt")
        #expect(found.status == 1)
        let ids = keys.map { String($0.dropFirst(4).prefix(8)) }
        #expect(
            found.output.split(separator: "\n") == [
                "leak.txt:1:8: API key \(ids[0])", "leak.txt:3002:3: API key \(ids[1])",
                "leak.txt:3002:68: API key \(ids[2])",
            ])
        #expect(!found.output.contains(keys[0].suffix(30)) && !found.error.contains("mxk_"))
        #expect(try gateway.maxine("keys", "check", "clean.txt").status == 0)
        let piped = try Shell.run(
            [GatewayProcess.binary, "keys", "check", "--json", "-"], input: text)
        #expect(piped.status == 1)
        #expect(piped.output.contains(#"{"file":"-","line":1,"column":8,"id":"\#(ids[0])"}"#))
        let missing = try gateway.maxine("keys", "check", "nothing.txt")
        #expect(missing.status == 2)
        #expect(missing.error.contains("there is no file"))
    }
}
