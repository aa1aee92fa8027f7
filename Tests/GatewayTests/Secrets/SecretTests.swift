import Foundation
import Support
import Testing

/// Nothing secret is written anywhere but where it belongs.
@Suite struct SecretTests {
    @Test func writesNoKeyAndNoCredentialToLogJournalOrCatalogue() async throws {
        let gateway = try InProcessGateway()
        let canary = "canary-\(UUID().uuidString)"
        try await gateway.serving { gateway in
            try await gateway.issue("api")
            #expect(
                try await gateway.curl(
                    "PUT", "/api/maxine/services/api/instances/a",
                    body: #"{"address":"10.0.0.7","port":80}"#, as: "api"
                ).status == 201)
            for option in ["--http1.1", "--http2"] {
                try await sendCanaries(canary, to: gateway, option)
            }
            let metrics = try await gateway.page("/metrics")
            #expect(metrics.status == 200)
            #expect(!metrics.body.contains(canary))
        }
        #expect(gateway.logText().contains("stopped"), "there is a log to look into")
        try await expectNowhere(gateway, canary)
        for key in try keys(of: gateway) {
            try await expectNowhere(gateway, key)
        }
    }

    /// What the test looks with finds what is there.
    @Test func aSecretThatWasWrittenIsFound() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            let answer = try await gateway.register("written-in-clear", "a")
            #expect(answer.status == 201)
        }
        #expect(try await find("written-in-clear", in: gateway).status == 0)
    }

    private func sendCanaries(
        _ canary: String, to gateway: InProcessGateway, _ option: String
    ) async throws {
        let status = "/api/maxine/status"
        for header in [
            "Authorization: Bearer \(canary)", "Authorization: Basic \(canary)",
            "X-API-Key: \(canary)", "X-Consul-Token: \(canary)", "Cookie: session=\(canary)",
        ] {
            let answer = try await gateway.curl(
                "GET", status, headers: [header], options: [option])
            #expect(!answer.body.contains(canary))
        }
        for (path, refused) in [
            ("\(status)?token=\(canary)", 400), ("/no/such/path?token=\(canary)", 404),
        ] {
            let known = try await gateway.curl("GET", path, options: [option])
            #expect(known.status == refused)
            #expect(!known.body.contains(canary), "\(known.body)")
            // A credential is judged before the query is looked at.
            let forged = try await gateway.curl(
                "GET", path, headers: ["Authorization: Bearer \(canary)"], options: [option])
            #expect(forged.status == 401 || forged.status == refused)
            #expect(!forged.body.contains(canary), "\(forged.body)")
        }
    }

    /// The lines of every private key that lies about.
    private func keys(of gateway: InProcessGateway) throws -> [String] {
        var found: [String] = []
        let names = [
            "certs/operator.key", "api/svid.key", "data/pki/root.key", "data/pki/intermediate.key",
        ]
        for name in names {
            let text = try String(contentsOf: gateway.folder.appending(path: name), encoding: .utf8)
            let lines = text.split(separator: "\n").map(String.init).filter {
                !$0.hasPrefix("-----")
            }
            // The first line begins with the algorithm; all others are the key's own.
            found += [String(lines.first?.suffix(20) ?? "")] + lines.dropFirst()
        }
        #expect(found.count >= 8)
        #expect(found.allSatisfy { $0.count >= 16 })
        return found
    }

    private func expectNowhere(_ gateway: InProcessGateway, _ secret: String) async throws {
        let result = try await find(secret, in: gateway)
        #expect(result.status == 1, "\(secret.prefix(12)) is in \(result.output)\(result.error)")
    }

    /// Status 0 if the text is somewhere, 1 if nowhere.
    private func find(_ text: String, in gateway: InProcessGateway) async throws -> Shell.Result {
        try await Shell.run(
            aside: [
                "sh", "-c",
                "grep -rlaF -e \"$1\" data/audit data/registry.sqlite* serve.log certs/*.pem"
                    + " $(ls api/*.pem 2>/dev/null)",
                "sh", text,
            ], directory: gateway.folder)
    }
}
