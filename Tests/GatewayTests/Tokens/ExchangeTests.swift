import Auth
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Tokens of a configured issuer are exchanged for ours (RFC 8693), and ours are credentials.
@Suite(.timeLimit(.minutes(10))) struct ExchangeTests {
    let harness: TokenHarness

    init() throws { harness = try TokenHarness() }

    @Test func aTokenIsExchangedForOneOfOursThatSpeaksForTheSameUser() async throws {
        try await harness.gateway().serving { gateway in
            let subject = harness.subject(gateway, ["act": #"{"sub":"bot"}"#])
            let answer = try await harness.ask(gateway, subject)
            #expect(answer.status == 200, "\(answer.body)")
            #expect(answer.headers["cache-control"] == "no-store")
            let body = try StrictJSON.parse(Array(answer.body.utf8))
            #expect(body["token_type"]?.string == "Bearer" && body["expires_in"]?.integer == 900)
            #expect(
                body["issued_token_type"]?.string
                    == "urn:ietf:params:oauth:token-type:access_token")
            let token = try #require(body["access_token"]?.string)
            let claims = try TokenHarness.part(1, of: token)
            let now = gateway.clock.nanoseconds / 1_000_000_000
            #expect(claims["iss"]?.string == TokenHarness.issuer)
            #expect(claims["aud"]?.string == TokenHarness.issuer)
            #expect(claims["sub"]?.string == "idp/alice")
            #expect(claims["iat"]?.integer == now && claims["exp"]?.integer == now + 900)
            #expect(claims["act"]?["sub"]?.string == "bot" && claims["cnf"] == nil)
            let header = try TokenHarness.part(0, of: token)
            #expect(header["alg"]?.string == "ES256" && header["typ"]?.string == "at+jwt")
            let published = try await TokenHarness.published(gateway)
            #expect(published.first == header["kid"]?.string && published.count == 2)
            for people in [true, false] {
                #expect(try await harness.status(gateway, token, people: people) == 200)
            }
            let records = try gateway.journal()
            let own = records.filter { $0["action"]?.string == "identity.token" }
            #expect(own.map { $0["type"]?.string } == ["intent", "outcome"])
            let id = try #require(claims["jti"]?.string)
            #expect(own.allSatisfy { $0["detail"]?["jti"]?.string == id })
            #expect(own.last?["detail"]?["kid"]?.string == header["kid"]?.string)
            let names = records.compactMap { $0["principal"]?["id"]?["pseudonym"]?.string }
            #expect(names.count >= 4 && Set(names).count == 1, "one person throughout")
            let written = records.map { "\($0)" }.joined() + gateway.logText()
            for secret in [subject, token] { #expect(!written.contains(secret.suffix(30))) }
        }
    }

    @Test func whoComesByACertificateGetsATokenThatIsBoundToIt() async throws {
        try await harness.gateway().serving { gateway in
            for service in ["web", "api"] { try await gateway.issue(service) }
            let token = try await harness.exchange(gateway, harness.subject(gateway), as: "web")
            let claims = try TokenHarness.part(1, of: token)
            #expect(claims["cnf"]?["x5t#S256"]?.string?.count == 43)
            #expect(claims["client_id"]?.string?.hasSuffix("/svc/web") == true)
            #expect(try await harness.status(gateway, token, as: "web", people: false) == 200)
            #expect(try await harness.status(gateway, token, as: "api", people: false) == 401)
            #expect(try await harness.status(gateway, token) == 401)
            let outcome = try gateway.journal().last {
                $0["action"]?.string == "identity.token" && $0["type"]?.string == "outcome"
            }
            #expect(outcome?["detail"]?["bound"] == .bool(true))
        }
    }

    @Test func itIsGoodNoLongerThanTheOneThatItCameFrom() async throws {
        try await harness.gateway().serving { gateway in
            let now = gateway.clock.nanoseconds / 1_000_000_000
            let brief = harness.subject(gateway, ["exp": "\(now + 100)"])
            let token = try await harness.exchange(gateway, brief)
            #expect(try TokenHarness.part(1, of: token)["exp"]?.integer == now + 100)
            gateway.clock.advance(by: .seconds(99))
            #expect(try await harness.status(gateway, token) == 200)
            // Another clock may differ, ours does not.
            gateway.clock.advance(by: .seconds(1))
            #expect(try await harness.status(gateway, token) == 401)
            #expect(try await harness.status(gateway, brief) == 200, "within the skew")
            let late = try await harness.ask(gateway, brief)
            #expect(late.status == 400, "\(late.body)")
            #expect(late.body.contains("ends within a second"))
        }
    }

    @Test func oneOfOursIsNotExchangedAgain() async throws {
        try await harness.gateway().serving { gateway in
            let token = try await harness.exchange(gateway, harness.subject(gateway))
            gateway.clock.advance(by: .seconds(600))
            let again = try await harness.ask(gateway, token)
            #expect(again.status == 400)
            #expect(try TokenHarness.error(again) == "invalid_request")
            #expect(again.body.contains("one of this gateway's own"))
        }
    }

    @Test func aSessionIsExchangedForOtherAudiencesOnly() async throws {
        try await harness.gateway().serving { gateway in
            let opened = try OpenedSession(
                await gateway.post(
                    "login", #"{"cookie":false}"#,
                    headers: ["authorization: Bearer \(harness.subject(gateway))"]))
            let other = ["audience": "https://other.example"]
            let token = try await harness.exchange(gateway, opened.secret, other)
            let claims = try TokenHarness.part(1, of: token)
            #expect(claims["sub"]?.string == "idp/alice" && claims["origin"] == nil)
            let own = try await harness.ask(gateway, opened.secret)
            #expect(own.status == 400 && own.body.contains("as it is"), "\(own.body)")
            #expect(
                try await harness.revoke(gateway, #"{"provider":"idp","token":"s-1"}"#) == 204)
            let late = try await harness.ask(gateway, opened.secret, other)
            #expect(late.status == 400)
            #expect(late.body.contains("subject-not-accepted"), "\(late.body)")
            let written = try gateway.records().joined() + gateway.logText()
            #expect(!written.contains(opened.secret.suffix(30)))
        }
    }

    @Test func audiencesAreThoseThatAreConfigured() async throws {
        try await harness.gateway().serving { gateway in
            let subject = harness.subject(gateway)
            let other = ["audience": "https://other.example"]
            let token = try await harness.exchange(gateway, subject, other)
            let claims = try TokenHarness.part(1, of: token)
            #expect(claims["aud"]?.string == "https://other.example")
            #expect(claims["origin"] == nil, "nobody else learns what the issuer said")
            #expect(try await harness.status(gateway, token) == 401)
            let reasons = try gateway.journal().compactMap { $0["reason"]?.string }
            #expect(reasons.contains { $0.contains("token_audience") })
            let own = try await harness.exchange(
                gateway, subject, ["audience": TokenHarness.issuer])
            #expect(try await harness.status(gateway, own) == 200)
            for audience in ["https://maxine.example/", "maxine", "https://OTHER.example"] {
                let refused = try await harness.ask(gateway, subject, ["audience": audience])
                #expect(refused.status == 400)
                #expect(try TokenHarness.error(refused) == "invalid_target", "\(audience)")
            }
        }
    }

    @Test func aRevocationOfEitherEndsIt() async throws {
        let gateway = try harness.gateway()
        try await gateway.serving { gateway in
            gateway.clock.advance(by: .seconds(100))
            let kept = try await harness.exchange(gateway, harness.subject(gateway))
            let single = try await harness.exchange(gateway, harness.subject(gateway))
            let id = try #require(try TokenHarness.part(1, of: single)["jti"]?.string)
            #expect(
                try await harness.revoke(gateway, #"{"provider":"maxine","token":"\#(id)"}"#)
                    == 204)
            #expect(try await harness.status(gateway, single) == 401)
            #expect(try await harness.status(gateway, kept) == 200)
            // The subject token: what came from it ends with it, and it is exchanged no more.
            #expect(
                try await harness.revoke(gateway, #"{"provider":"idp","token":"s-1"}"#) == 204)
            #expect(try await harness.status(gateway, kept) == 401)
            let refused = try await harness.ask(gateway, harness.subject(gateway))
            #expect(refused.status == 400 && !refused.body.contains("revoked"))
            let reasons = try gateway.journal().compactMap { $0["reason"]?.string }
            #expect(reasons.contains { $0.contains("token_revoked") })
        }
    }

    @Test(arguments: [
        #"{"provider":"idp","holder":"idp/alice"}"#, #"{"provider":"maxine","holder":"idp/alice"}"#,
        #"{"provider":"idp","all":true}"#, #"{"provider":"maxine","all":true}"#,
    ])
    func aRevocationOfTheHolderOrAnIssuerEndsItAlsoAfterAStart(body: String) async throws {
        let gateway = try harness.gateway()
        let token = try await gateway.serving { gateway in
            let token = try await harness.exchange(gateway, harness.subject(gateway))
            #expect(try await harness.status(gateway, token) == 200)
            #expect(try await harness.revoke(gateway, body) == 204)
            #expect(try await harness.status(gateway, token) == 401)
            return token
        }
        let status = try await gateway.serving { try await harness.status($0, token) }
        #expect(status == 401)
    }

    @Test func refusesOtherForms() async throws {
        try await harness.gateway().serving { gateway in
            let good = harness.subject(gateway)
            let cases: [([String: String?], String)] = [
                (["grant_type": nil], "invalid_request"),
                (["grant_type": "authorization_code"], "unsupported_grant_type"),
                (["subject_token": nil], "invalid_request"),
                (["subject_token": ""], "invalid_request"),
                (["subject_token": "nonsense"], "invalid_request"),
                (["subject_token": String(good.dropLast(6) + "AAAAAA")], "invalid_request"),
                (
                    ["subject_token": "mxk_0aB1cD2e_" + String(repeating: "a", count: 49)],
                    "invalid_request"
                ),
                (["subject_token_type": nil], "invalid_request"),
                (
                    ["subject_token_type": "urn:ietf:params:oauth:token-type:saml2"],
                    "invalid_request"
                ),
                (
                    ["requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"],
                    "invalid_request"
                ),
                (["actor_token": "x"], "invalid_request"),
                (["resource": "https://x.example"], "invalid_request"),
                (["client_assertion": "x"], "invalid_request"), (["scope": "all"], "invalid_scope"),
                (["audience": ""], "invalid_request"), (["audience": "x"], "invalid_target"),
            ]
            for (change, expected) in cases {
                let answer = try await harness.ask(gateway, good, change)
                #expect(answer.status == 400, "\(change): \(answer.body)")
                #expect(try TokenHarness.error(answer) == expected, "\(change): \(answer.body)")
                #expect(answer.headers["cache-control"] == "no-store")
            }
            let json = try await gateway.curl(
                "POST", "/api/maxine/auth/token", body: #"{"grant_type":"x"}"#,
                at: gateway.peopleAddress)
            #expect(json.status == 400)
            let known = try await harness.ask(gateway, good, ["client_id": "ci", "scope": ""])
            #expect(known.status == 200, "what is not known is passed over: \(known.body)")
        }
    }

    @Test func noOtherCredentialStandsBesideTheSubject() async throws {
        try await harness.gateway().serving { gateway in
            let good = harness.subject(gateway)
            for header in ["Authorization: Bearer \(good)", "Cookie: __Host-maxine=x"] {
                let answer = try await harness.ask(gateway, good, headers: [header])
                #expect(answer.status == 400, "\(header): \(answer.body)")
            }
            let reasons = try gateway.journal().compactMap { $0["reason"]?.string }
            #expect(reasons.contains { $0.contains("one credential") })
        }
    }

    @Test func policyDecidesForTheSubject() async throws {
        let denies =
            TokenHarness.policy
            + "\n  - { id: not-bob, effect: deny, subjects: [\"user:idp/bob\"], actions: [\"*\"] }\n"
        try await harness.gateway(policy: denies).serving { gateway in
            // Whatever the connection's certificate may.
            try await gateway.issue("web")
            let nobody = harness.subject(gateway, ["groups": nil])
            let refused = try await harness.ask(gateway, nobody, as: "web")
            #expect(refused.status == 403, "\(refused.body)")
            #expect(refused.body.contains("idp/alice may not identity.token"))
            #expect(try TokenHarness.error(refused) == "invalid_request")
            let denied = try await harness.ask(
                gateway, harness.subject(gateway, ["sub": #""bob""#]))
            #expect(denied.status == 403)
            #expect(denied.body.contains("not-bob"))
            // What is denied later is denied to a token that is out.
            let token = try await harness.exchange(
                gateway, harness.subject(gateway, ["sub": #""carol""#]))
            #expect(try await harness.status(gateway, token) == 200)
            try await gateway.reload(policy: denies.replacing("idp/bob", with: "idp/carol"))
            gateway.clock.advance(by: .seconds(3))
            try await gateway.tick(.policy)
            #expect(try await harness.status(gateway, token) == 403)
        }
    }

    @Test func aSubjectTooLongForATokenIsToldSo() async throws {
        try await harness.gateway().serving { gateway in
            let long = String(repeating: "x", count: 5_700)
            let answer = try await harness.ask(
                gateway, harness.subject(gateway, ["note": "\"\(long)\""]))
            #expect(answer.status == 400)
            #expect(answer.body.contains("more than a token of ours can hold"), "\(answer.body)")
        }
    }

    /// A token of ours is worth what its origin would be worth now.
    @Test func whatItsIssuerIsHeldToLaterHoldsForIt() async throws {
        let data = try TestFolder()
        let first = try harness.gateway(folder: data)
        let token = try await first.serving {
            try await harness.exchange($0, harness.subject($0))
        }
        let changes: [(inout TokenIssuer) -> Void] = [
            { $0.subjects = [ClaimGlob("bob")] }, { $0.name = "other" },
            { $0.audiences = ["elsewhere"] }, { $0.maxAgeSeconds = 1 },
            { $0.mapping.user = ClaimPath("jti") },
        ]
        for (index, change) in changes.enumerated() {
            let gateway = try harness.gateway(folder: data, clock: first.clock, issuer: change)
            gateway.clock.advance(by: .seconds(index == 3 ? 70 : 0))
            let status = try await gateway.serving { try await harness.status($0, token) }
            #expect(status == 401, "change \(index)")
        }
        let same = try harness.gateway(folder: data, clock: first.clock)
        #expect(try await same.serving { try await harness.status($0, token) } == 200)
        let renamed = try harness.gateway(folder: data, clock: first.clock) {
            $0.tokens.issuer = "https://new.example"
        }
        #expect(try await renamed.serving { try await harness.status($0, token) } == 401)
    }
}
