import Gateway
import Support
import Testing

/// A key's secret is in the answer that made it, and nowhere else: not where it was sent to the wrong place, either.
@Suite(.timeLimit(.minutes(10))) struct KeySecretTests {
    @Test(arguments: ["--http1.1", "--http2"])
    func aKeysSecretIsWrittenNowhere(_ version: String) async throws {
        let gateway = try InProcessGateway(policy: KeyPolicy.text)
        let secrets = try await gateway.serving { gateway in
            let made = try await gateway.makeKey(
                #""name":"canary","scopes":["everything"],"limits":{"perHour":1000}"#)
            let next = try MadeKey(
                await gateway.curl("POST", "\(InProcessGateway.keys)/\(made.id)/rotate"))
            let wrong = String(made.text.dropLast(6)) + "000000"
            try await send(made.text, to: gateway, version)
            for key in [next.text, wrong] {
                for path in [InProcessGateway.status, "/no?\(key)"] {
                    _ = try await gateway.use(key, "GET", path, options: [version])
                }
            }
            #expect(
                try await gateway.curl("DELETE", "\(InProcessGateway.keys)/\(made.id)").status
                    == 204)
            _ = try await gateway.use(next.text, options: [version])
            try await gateway.tick(.keys)
            try await gateway.tick(.noise)
            let metrics = try await gateway.page("/metrics")
            for secret in [made.secret, next.secret] { #expect(!metrics.body.contains(secret)) }
            // One half is as bad as both.
            return [made.secret, next.secret].map { String($0.prefix(20)) }
        }
        #expect(gateway.logText().contains("stopped"), "there is a log to look into")
        for secret in secrets + ["canary"] {
            let found = try await Shell.run(
                aside: ["grep", "-rlaF", "-e", secret, "."], directory: gateway.folder)
            if secret == "canary" {
                #expect(
                    found.output.contains("credentials.sqlite"), "the search finds what is there")
            } else {
                #expect(found.status == 1, "\(found.output)\(found.error)")
            }
        }
    }

    private func send(_ key: String, to gateway: InProcessGateway, _ version: String) async throws {
        let status = InProcessGateway.status
        for header in [
            "X-API-Key: \(key)", "Authorization: Bearer \(key)", "Authorization: Basic \(key)",
            "Authorization: \(key)", "Cookie: __Host-maxine=\(key)", "Cookie: key=\(key)",
            "X-Request-Id: \(key)", "User-Agent: \(key)", "User-Agent: curl \(key)",
            "X-Consul-Token: \(key)", "Referer: https://x/?key=\(key)",
        ] {
            let answer = try await gateway.curl(
                "GET", status, headers: [header], options: [version])
            #expect(!answer.body.contains(key.suffix(40)), "\(header.prefix(20))")
            #expect(!answer.headers.values.contains { $0.contains(key.suffix(40)) })
        }
        let escaped = key.replacing("m", with: "%6d").replacing("_", with: "%5F")
        for path in [
            "\(status)?apiKey=\(key)", "\(status)?\(key)=1", "\(status)?a=1&b=x\(key)y",
            "\(status)?key=\(escaped)", "/api/maxine/discover/api?strategy=\(escaped)",
            "/api/maxine/discover/\(key)", "/no/such/\(key)", "\(InProcessGateway.keys)/\(key)",
            "\(InProcessGateway.keys)/\(escaped)", "/\(key)",
        ] {
            let answer = try await gateway.curl("GET", path, options: [version])
            #expect(answer.status == 400, "\(path.prefix(30))")
            #expect(!answer.body.contains(key.suffix(40)), "\(path.prefix(30))")
        }
    }
}
