import Auth
import Gateway
import StrictJSON
import Support
import Testing

/// Signing off at the provider ends sessions here (OpenID Connect Back-Channel Logout 1.0).
@Suite(.timeLimit(.minutes(10))) struct BackChannelLogoutTests {
    private static let events = #"{"http://schemas.openid.net/event/backchannel-logout":{}}"#

    private func token(
        _ gateway: InProcessGateway, _ house: OpenIDHouse, _ change: [String: String?] = [:]
    ) -> String {
        let usual =
            [
                "events": Self.events, "jti": #""j-\#(Int.random(in: 0..<1_000_000_000))""#,
                "sub": nil, "sid": #""s1""#, "groups": nil,
            ] as [String: String?]
        return house.token(gateway, nonce: nil, usual.merging(change) { $1 })
    }

    private func post(_ gateway: InProcessGateway, _ form: String) async throws -> CurlAnswer {
        try await gateway.curl(
            "POST", OpenIDHouse.auth + "/backchannel-logout",
            options: ["--data-binary", form], at: gateway.peopleAddress)
    }

    private func send(_ gateway: InProcessGateway, _ token: String) async throws -> CurlAnswer {
        try await post(gateway, "logout_token=\(token)")
    }

    @Test func theSessionDiesAtOnceAndWhatIsOpenByIt() async throws {
        try await OpenIDHouse.with { house in
            let gateway = try house.gateway()
            let opened = try await gateway.serving { gateway in
                let one = try await gateway.signOn(at: house, ["sid": #""s1""#])
                let two = try await gateway.signOn(at: house, ["sid": #""s2""#])
                let open = try await OpenConnections.open(
                    by: one.cookie, at: gateway.peopleAddress, of: gateway)
                let answer = try await send(gateway, token(gateway, house))
                #expect(answer.status == 200, "\(answer.body)")
                #expect(answer.headers["cache-control"] == "no-store")
                #expect(try await gateway.ask(one.cookie).status == 401)
                #expect(try await open.left(after: 1) == [])
                open.close()
                #expect(try await gateway.ask(two.cookie).status == 200)
                let end = try await gateway.awaitRecord { $0["action"]?.string == "session.end" }
                #expect(end?["reason"]?.string?.hasPrefix("oidc_logged_out: ") == true)
                #expect(end?["detail"]?["provider"]?.string == "idp")
                let all = try await send(
                    gateway, token(gateway, house, ["sub": #""alice""#, "sid": nil]))
                #expect(all.status == 200)
                #expect(try await gateway.ask(two.cookie).status == 401)
                return one
            }
            try await house.gateway(on: gateway).serving { gateway in
                let answer = try await gateway.ask(opened.cookie)
                #expect(answer.status == 401)
            }
        }
    }

    @Test func whatIsNoGoodEndsNothing() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let opened = try await gateway.signOn(at: house, ["sid": #""s1""#])
                let unsigned =
                    TestTokens.body(
                        header: #"{"alg":"none"}"#,
                        claims: TestTokens.claims(
                            gateway.clock.nanoseconds / 1_000_000_000,
                            [
                                "iss": "\"\(house.server.address)\"", "aud": #""maxine gateway""#,
                                "events": Self.events, "jti": #""j""#, "sid": #""s1""#,
                            ])) + ".AAAA"
                for (bad, why) in [
                    (unsigned, "token_algorithm"), ("nonsense", "token_not_compact"),
                    (token(gateway, house, ["aud": #""other""#]), "token_audience"),
                    (token(gateway, house, ["nonce": #""n""#]), "token_purpose"),
                    (token(gateway, house, ["events": nil]), "token_purpose"),
                    (token(gateway, house, ["iat": "1000"]), "token_issued_at"),
                    (house.token(gateway, nonce: "n"), "token_purpose"),
                ] {
                    let answer = try await send(gateway, bad)
                    #expect(answer.status == 400, "\(why)")
                    #expect(answer.body.contains(#""error":"invalid_request""#), "\(answer.body)")
                    #expect(!answer.body.contains("no session that"), "\(answer.body)")
                    let outcome = try await gateway.outcome(of: answer)
                    #expect(
                        outcome?["reason"]?.string?.contains(why) == true, "\(outcome ?? .null)")
                    #expect(try await gateway.ask(opened.cookie).status == 200, "\(why)")
                }
                for form in ["", "x=y", "logout_token=", "logout_token=a&logout_token=b"] {
                    #expect(try await post(gateway, form).status == 400)
                }
            }
        }
    }

    /// Signing off is the same however often it is asked for; who asks learns nothing of whether there was a session.
    @Test func whoIsSignedOffAlreadyIsSignedOff() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let opened = try await gateway.signOn(at: house, ["sid": #""s1""#])
                for change in [["sid": #""other""#], ["sub": #""bob""#]] {
                    let answer = try await send(gateway, token(gateway, house, change))
                    #expect(answer.status == 200 && answer.body.isEmpty, "\(change)")
                    #expect(try await gateway.ask(opened.cookie).status == 200)
                }
                for _ in 0..<2 {
                    #expect(try await send(gateway, token(gateway, house)).status == 200)
                    #expect(try await gateway.ask(opened.cookie).status == 401)
                }
            }
        }
    }

    @Test func aTokenIsGoodOnce() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                _ = try await gateway.signOn(at: house, ["sid": #""s1""#])
                let word = token(gateway, house)
                #expect(try await send(gateway, word).status == 200)
                let opened = try await gateway.signOn(at: house, ["sid": #""s1""#])
                #expect(try await send(gateway, word).status == 400)
                #expect(try await gateway.ask(opened.cookie).status == 200)
            }
        }
    }
}
