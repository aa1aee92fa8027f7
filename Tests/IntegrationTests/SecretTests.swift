import Foundation
import Testing

/// Nothing secret is written anywhere but where it belongs.
@Suite(.serialized) struct SecretTests {
    @Test func writesNoKeyAndNoCredentialToLogJournalOrCatalogue() throws {
        let gateway = try GatewayProcess(configuration: "log: { level: trace }\n")
        try gateway.start()
        try gateway.issue("api")
        #expect(
            try gateway.curl(
                "PUT", "/api/maxine/services/api/instances/a",
                body: #"{"address":"10.0.0.7","port":80}"#, as: "api"
            ).status == 201)
        let canary = "canary-\(UUID().uuidString)"
        for option in ["--http1.1", "--http2"] {
            try sendCanaries(canary, to: gateway, option)
        }
        let metrics = try Shell.run(["curl", "-sS", gateway.metricsAddress + "/metrics"]).output
        #expect(!metrics.contains(canary))
        #expect(gateway.stop() == 0)
        try expectNowhere(gateway, canary)
        for key in try keys(of: gateway) {
            try expectNowhere(gateway, key)
        }
    }

    private func sendCanaries(_ canary: String, to gateway: GatewayProcess, _ option: String) throws
    {
        let status = "/api/maxine/status"
        for header in [
            "Authorization: Bearer \(canary)", "Authorization: Basic \(canary)",
            "X-API-Key: \(canary)", "X-Consul-Token: \(canary)", "Cookie: session=\(canary)",
        ] {
            let answer = try gateway.curl("GET", status, headers: [header], options: [option])
            #expect(!answer.body.contains(canary))
        }
        for path in ["\(status)?token=\(canary)", "/no/such/path?token=\(canary)"] {
            let answer = try gateway.curl(
                "GET", path, headers: ["Authorization: Bearer \(canary)"], options: [option])
            #expect(answer.status == (path.hasPrefix(status) ? 400 : 404) || answer.status == 401)
            #expect(!answer.body.contains(canary), "\(answer.body)")
        }
    }

    /// The lines of every private key that lies about.
    private func keys(of gateway: GatewayProcess) throws -> [String] {
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

    private func expectNowhere(_ gateway: GatewayProcess, _ secret: String) throws {
        let result = try Shell.run(
            [
                "sh", "-c",
                "grep -rlaF -e \"$1\" data/audit data/registry.sqlite* serve.log certs/*.pem api/*.pem",
                "sh", secret,
            ], directory: gateway.folder)
        #expect(result.status == 1, "\(secret.prefix(12)) is in \(result.output)\(result.error)")
    }
}
