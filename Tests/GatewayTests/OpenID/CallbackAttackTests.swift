import Auth
import Gateway
import StrictJSON
import Support
import Testing

/// Answers that are none of a sign-on that this browser began, or whose word is no good.
@Suite(.timeLimit(.minutes(10))) struct CallbackAttackTests {
    private func expect(
        _ status: Int, _ why: String, _ answer: CurlAnswer, _ gateway: InProcessGateway,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(answer.status == status, "\(answer.body)", sourceLocation: sourceLocation)
        #expect(
            !answer.cookies.contains { $0.hasPrefix("__Host-maxine=") },
            sourceLocation: sourceLocation)
        #expect(answer.headers["location"] == nil, sourceLocation: sourceLocation)
        let outcome = try await gateway.outcome(of: answer)
        #expect(outcome?["status"]?.integer == Int64(status), sourceLocation: sourceLocation)
        #expect(
            outcome?["reason"]?.string?.contains(why) == true, "\(outcome ?? .null)",
            sourceLocation: sourceLocation)
    }

    @Test func theBrowserMustHaveBegunIt() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let login = try await gateway.begin()
                let victim = try await gateway.begin()
                house.give(house.token(gateway, nonce: login.nonce))
                let mine = "code=c&state=\(login.state)"
                for (query, cookies, why) in [
                    ("code=c", [login.cookie], "oidc_state_missing"),
                    ("code=c&state=", [login.cookie], "oidc_state_missing"),
                    (mine, [], "oidc_state_foreign"),
                    (mine, [victim.cookie], "oidc_state_foreign"),
                    (mine, [login.cookie + "x"], "oidc_state_foreign"),
                    ("code=c&state=other", [login.cookie], "oidc_state_foreign"),
                    // The victim's cookie under the attacker's name.
                    (
                        mine,
                        [
                            "\(login.cookie.prefix { $0 != "=" })=\(victim.cookie.split(separator: "=")[1])"
                        ],
                        "oidc_state_foreign"
                    ),
                ] {
                    let answer = try await gateway.callBack(login, query, cookies: cookies)
                    try await expect(400, why, answer, gateway)
                }
                #expect(house.exchanges.isEmpty, "nothing goes to the provider")
                #expect(try await gateway.callBack(login, mine).status == 303, "still good")
                try await expect(400, "oidc_state_spent", gateway.callBack(login, mine), gateway)
                #expect(house.exchanges.count == 1)
            }
        }
    }

    @Test func itsTimeIsTenMinutes() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let (late, last) = (try await gateway.begin(), try await gateway.begin())
                gateway.clock.advance(by: .seconds(599))
                house.give(house.token(gateway, nonce: last.nonce))
                #expect(try await gateway.callBack(last).status == 303)
                gateway.clock.advance(by: .seconds(1))
                try await expect(400, "oidc_state_over", gateway.callBack(late), gateway)
            }
        }
    }

    @Test func aStartForgetsWhatWasUnderWay() async throws {
        try await OpenIDHouse.with { house in
            let gateway = try house.gateway()
            let login = try await gateway.serving { try await $0.begin() }
            try await house.gateway(on: gateway).serving { gateway in
                try await expect(400, "oidc_state_foreign", gateway.callBack(login), gateway)
            }
        }
    }

    /// RFC 9700 section 4.4.
    @Test func anAnswerOfAnotherProviderIsNone() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                for issuer in ["https://evil.example", house.server.address + "/"] {
                    let login = try await gateway.begin()
                    let answer = try await gateway.callBack(
                        login, "code=c&state=\(login.state)&iss=\(issuer)")
                    try await expect(400, "oidc_issuer_other", answer, gateway)
                }
                #expect(house.exchanges.isEmpty, "the code goes nowhere")
            }
            house.say(["authorization_response_iss_parameter_supported": "true"])
            try await house.gateway().serving { gateway in
                let login = try await gateway.begin()
                try await expect(400, "oidc_issuer_missing", gateway.callBack(login), gateway)
                let named = try await gateway.begin()
                house.give(house.token(gateway, nonce: named.nonce))
                let answer = try await gateway.callBack(
                    named, "code=c&state=\(named.state)&iss=\(house.server.address)")
                #expect(answer.status == 303)
            }
        }
    }

    @Test func whatAProviderSaysIsNotShown() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let login = try await gateway.begin()
                let answer = try await gateway.callBack(
                    login,
                    "error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E"
                        + "&state=\(login.state)")
                try await expect(403, "access_denied", answer, gateway)
                #expect(!answer.body.contains("script") && !answer.body.contains("alert"))
                #expect(answer.cookies.count == 1, "the login cookie goes")
                #expect(try !gateway.records().joined().contains("alert"))
                try await expect(400, "oidc_state_spent", gateway.callBack(login), gateway)
            }
        }
    }

    private static let bad: [(String, String?, String)] = [
        ("nonce", nil, "oidc_nonce"), ("nonce", #""of another sign-on""#, "oidc_nonce"),
        ("iss", #""https://evil.example""#, "oidc_token_issuer"),
        ("aud", #""other""#, "oidc_token_audience"), ("exp", "1000", "oidc_token_expired"),
        ("at_hash", #""x""#, "oidc_at_hash"), ("c_hash", #""x""#, "oidc_c_hash"),
        ("sub", nil, "oidc_token_subject"),
        ("_claim_names", #"{"groups":"src1"}"#, "oidc_token_groups_overage"),
    ]

    @Test func aTokenThatIsNoGoodLetsNobodyIn() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                for (claim, value, why) in Self.bad {
                    let login = try await gateway.begin()
                    house.give(house.token(gateway, nonce: login.nonce, [claim: value]))
                    try await expect(403, why, gateway.callBack(login), gateway)
                }
                let login = try await gateway.begin()
                house.give(nil)
                try await expect(403, "oidc_id_token_missing", gateway.callBack(login), gateway)
                let forged = try await gateway.begin()
                house.give(
                    house.token(
                        gateway, nonce: forged.nonce, by: TestTokens(keyID: house.mint.keyID)))
                try await expect(403, "oidc_token_signature", gateway.callBack(forged), gateway)
            }
        }
    }

    @Test func whoIsKnownByMailOwnsIt() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway { $0.mapping.user = ClaimPath("email") }.serving { gateway in
                for (claims, why) in [
                    (["email": #""a@example.org""#], "oidc_email_unverified"),
                    (
                        ["email": #""a@evil.example@example.org""#, "email_verified": "true"],
                        "oidc_email_malformed"
                    ),
                ] as [([String: String?], String)] {
                    let login = try await gateway.begin()
                    house.give(house.token(gateway, nonce: login.nonce, claims))
                    try await expect(403, why, gateway.callBack(login), gateway)
                }
            }
        }
    }

    @Test func aCodeThatIsNotTakenLetsNobodyIn() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                for status in [400, 403] {
                    let login = try await gateway.begin()
                    house.server.answer(
                        "/token",
                        .init(
                            status: status,
                            body: #"{"error":"invalid_grant","error_description":"<b>"}"#))
                    let answer = try await gateway.callBack(login)
                    try await expect(403, "oidc_code_refused", answer, gateway)
                    #expect(!answer.body.contains("<b>"))
                }
            }
        }
    }
}
