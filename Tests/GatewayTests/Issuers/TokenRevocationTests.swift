import Auth
import Foundation
import StrictJSON
import Support
import Testing

@testable import Gateway

/// Tokens that are taken their worth before their time, now and after every start.
@Suite(.timeLimit(.minutes(10))) struct TokenRevocationTests {
    private static let policy = """
        maxine_policy: 1
        name: tokens
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: viewer, subjects: [{ group: idp/ops }, { group: ci/ops }] }
        """
    let mint = TestTokens()
    let folder: TestFolder

    init() throws {
        folder = try TestFolder()
        try folder.write(TestTokens.set(mint.jwk()), to: "idp.jwks")
    }

    private func gateway() throws -> InProcessGateway {
        try InProcessGateway(policy: Self.policy) { settings in
            settings.tokenIssuers = ["idp", "ci"].map { name in
                TokenIssuer(
                    name: name, issuer: "https://\(name).example", audiences: ["maxine"],
                    keys: .file(folder.path("idp.jwks")))
            }
        }
    }

    /// A token that was issued so many seconds ago.
    private func token(
        _ gateway: InProcessGateway, _ id: String, of user: String = "alice",
        from provider: String = "idp", age: Int64 = 100
    ) -> String {
        let now = gateway.clock.nanoseconds / 1_000_000_000
        let change: [String: String?] = [
            "jti": "\"\(id)\"", "sub": "\"\(user)\"", "groups": #"["ops"]"#,
            "iss": "\"https://\(provider).example\"", "iat": "\(now - age)",
            "exp": "\(now + 3000)",
        ]
        return mint.token(claims: TestTokens.claims(now, change))
    }

    private func status(_ gateway: InProcessGateway, _ token: String) async throws -> Int {
        try await gateway.curl(
            "GET", "/api/maxine/status", headers: ["Authorization: Bearer \(token)"]
        ).status
    }

    private func revoke(_ gateway: InProcessGateway, _ body: String) async throws -> CurlAnswer {
        try await gateway.curl("POST", "/api/maxine/auth/revoke", body: body)
    }

    @Test func aRevokedTokenIsRefusedAtTheNextRequest() async throws {
        try await gateway().serving { gateway in
            let (one, other) = (token(gateway, "t-1"), token(gateway, "t-2"))
            #expect(try await status(gateway, one) == 200)
            let answer = try await revoke(gateway, #"{"provider":"idp","token":"t-1"}"#)
            #expect(answer.status == 204, "\(answer.body)")
            #expect(try await status(gateway, one) == 401)
            #expect(try await status(gateway, other) == 200)
            #expect(try await status(gateway, token(gateway, "t-1", from: "ci")) == 200)
            let reasons = try gateway.journal().compactMap { $0["reason"]?.string }
            #expect(reasons.contains { $0.contains("token_revoked") })
        }
    }

    @Test func theTokensOfAHolderOrAnIssuerAreRevokedUntilThen() async throws {
        try await gateway().serving { gateway in
            let revoked = try await revoke(gateway, #"{"provider":"idp","holder":"idp/alice"}"#)
            #expect(revoked.status == 204)
            #expect(try await status(gateway, token(gateway, "a")) == 401)
            #expect(try await status(gateway, token(gateway, "b", of: "bob")) == 200)
            // The issuer's clock may be ahead by as much as it may differ.
            gateway.clock.advance(by: .seconds(60))
            #expect(try await status(gateway, token(gateway, "c", age: 0)) == 401)
            gateway.clock.advance(by: .seconds(1))
            #expect(try await status(gateway, token(gateway, "d", age: 0)) == 200)
            #expect(try await revoke(gateway, #"{"provider":"idp","all":true}"#).status == 204)
            #expect(try await status(gateway, token(gateway, "e", of: "bob")) == 401)
            #expect(try await status(gateway, token(gateway, "f", from: "ci")) == 200)
            // One that does not say when it was issued counts as old.
            let now = gateway.clock.nanoseconds / 1_000_000_000
            let ageless = mint.token(
                claims: TestTokens.claims(now, ["iat": nil, "groups": #""ops""#]))
            #expect(try await status(gateway, ageless) == 401)
        }
    }

    @Test func noStartForgetsARevocation() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            for body in [
                #"{"provider":"idp","token":"t-1"}"#, #"{"provider":"idp","holder":"idp/bob"}"#,
                #"{"provider":"ci","all":true}"#,
            ] {
                let answer = try await revoke(gateway, body)
                #expect(answer.status == 204)
            }
        }
        let log = try JournalFiles(of: gateway.folder).records().joined()
        #expect(!log.contains("bob"), "who a person is stands sealed in the log")
        let statuses = try await gateway.serving { gateway in
            [
                try await status(gateway, token(gateway, "t-1")),
                try await status(gateway, token(gateway, "t-2", of: "bob")),
                try await status(gateway, token(gateway, "t-3", from: "ci")),
                try await status(gateway, token(gateway, "t-4")),
            ]
        }
        #expect(statuses == [401, 401, 401, 200])
    }

    @Test func whoeverMayNotRevokeDoesNot() async throws {
        try await gateway().serving { gateway in
            let token = token(gateway, "t-1")
            let answer = try await gateway.curl(
                "POST", "/api/maxine/auth/revoke", body: #"{"provider":"idp","all":true}"#,
                headers: ["Authorization: Bearer \(token)"])
            #expect(answer.status == 403)
            #expect(try await status(gateway, token) == 200)
        }
    }

    @Test func refusesOtherBodies() async throws {
        try await gateway().serving { gateway in
            for (body, expected) in [
                ("{}", 400), (#"{"provider":"idp"}"#, 400),
                (#"{"provider":"idp","all":false}"#, 400),
                (#"{"provider":"","all":true}"#, 400), (#"{"provider":"idp","token":""}"#, 422),
                (#"{"provider":"idp","token":"a","holder":"b"}"#, 400), ("[]", 400),
                (#"{"provider":"idp","token":5}"#, 400),
            ] {
                let answer = try await revoke(gateway, body)
                #expect(answer.status == expected, "\(body): \(answer.body)")
            }
        }
    }
}
