import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Whatever somebody comes with is in the answer that made it, and nowhere else: no file, log, error or metric.
@Suite(.timeLimit(.minutes(10))) struct CredentialSecretTests {
    let fixture: SessionFixture

    init() throws { fixture = try SessionFixture() }

    @Test(arguments: ["--http1.1", "--http2"])
    func noSessionAndNoTokenIsWrittenAnywhere(_ version: String) async throws {
        let policy = SessionFixture.policy
            .replacing("roles: {", with: "roles: { exchanger: { actions: [identity.token] },")
            .replacing(
                "bindings:",
                with: "bindings:\n  - { role: exchanger, subjects: [{ group: idp/ops }] }")
        let gateway = try fixture.gateway(policy: policy) {
            $0.tokens.issuer = TokenHarness.issuer
            // However many are refused, each is looked at.
            $0.limits.sourceRate = 100_000
            $0.limits.sourceBurst = 100_000
            $0.limits.strangersRate = 100_000
        }
        let secrets = try await gateway.serving { gateway in
            let issuers = fixture.token(gateway)
            let session = try await fixture.login(gateway).secret
            let other = try await fixture.login(gateway, "bob").secret
            let own = try await exchanged(issuers, at: gateway)
            let secrets = [issuers, session, other, own]
            for secret in secrets { try await send(secret, to: gateway, version) }
            for path in ["login", "logout", "token", "bootstrap", "revoke"] {
                for body in secrets.map({ #"{"token":"\#($0)","cookie":false}"# }) {
                    let answer = try await gateway.post(path, body)
                    #expect(!secrets.contains { answer.body.contains($0.suffix(30)) })
                }
            }
            let left = try await gateway.post(
                "logout", headers: ["authorization: Bearer \(session)"])
            #expect(left.status == 204)
            try await send(session, to: gateway, version)
            // Refused by now, and as secret as before.
            let revoked = try await gateway.curl(
                "POST", InProcessGateway.auth + "revoke", body: #"{"provider":"idp","all":true}"#)
            #expect(revoked.status == 204, "\(revoked.body)")
            for token in [issuers, own] { try await send(token, to: gateway, version) }
            let metrics = try await gateway.page("/metrics")
            for secret in secrets { #expect(!metrics.body.contains(secret.suffix(30))) }
            return secrets
        }
        #expect(gateway.logText().contains("stopped"), "there is a log to look into")
        for secret in secrets {
            // Either half is as bad as both.
            for part in [String(secret.suffix(30)), String(secret.dropFirst(4).prefix(30))] {
                let found = try await Shell.run(
                    aside: ["grep", "-rlaF", "-e", part, "."], directory: gateway.folder)
                #expect(found.status == 1, "\(found.output)\(found.error)")
            }
        }
    }

    private func exchanged(_ token: String, at gateway: InProcessGateway) async throws -> String {
        let answer = try await gateway.curl(
            "POST", InProcessGateway.auth + "token", options: TokenHarness.form(token),
            at: gateway.peopleAddress)
        guard let own = try? StrictJSON.parse(Array(answer.body.utf8))["access_token"]?.string
        else { throw TestFault(description: "no token in \(answer.status) \(answer.body)") }
        return own
    }

    private func send(
        _ secret: String, to gateway: InProcessGateway, _ version: String
    ) async throws {
        for header in [
            "authorization: Bearer \(secret)", "authorization: Basic \(secret)",
            "authorization: \(secret)", "x-api-key: \(secret)", "cookie: __Host-maxine=\(secret)",
            "cookie: a=b; session=\(secret)", "x-request-id: \(secret)", "user-agent: \(secret)",
            "referer: https://x/?token=\(secret)", "origin: https://\(secret)",
            "x-forwarded-for: \(secret)",
        ] {
            for address in [gateway.peopleAddress, gateway.serviceAddress] {
                let answer = try await gateway.curl(
                    "GET", InProcessGateway.status, headers: [header], options: [version],
                    at: address)
                #expect(!answer.body.contains(secret.suffix(30)), "\(header.prefix(20))")
                #expect(!answer.headers.values.contains { $0.contains(secret.suffix(30)) })
            }
        }
        let escaped = secret.replacing("_", with: "%5F").replacing("e", with: "%65")
        for path in [
            "\(InProcessGateway.status)?token=\(secret)", "\(InProcessGateway.status)?\(escaped)=1",
            "/no/such/\(secret)", "/api/maxine/auth/sessions/\(secret)",
            "/api/maxine/discover/x\(secret)", "/api/maxine/locks/\(escaped)",
        ] {
            let answer = try await gateway.curl(
                "GET", path, options: [version], at: gateway.peopleAddress)
            #expect(answer.status == 400, "\(path.prefix(30))")
            #expect(!answer.body.contains(secret.suffix(30)), "\(path.prefix(30))")
        }
    }
}
