import Auth
import Gateway
import StrictJSON
import Support
import Testing

/// Providers that are away, or answer what makes no sense: nobody is to blame, and nobody waits for long.
@Suite(.timeLimit(.minutes(10))) struct ProviderAwayTests {
    @Test func whatIsNoHonestAnswerOfATokenEndpointIs503() async throws {
        try await OpenIDHouse.with { house in
            let moved = KeyServer.Page(
                status: 302, location: house.server.address + "/elsewhere")
            try await house.gateway().serving { gateway in
                for (page, why) in [
                    (moved, "answers 302"), (KeyServer.Page(status: 500), "answers 500"),
                    (KeyServer.Page(body: String(repeating: "a", count: 200_000)), "longer than"),
                    (
                        KeyServer.Page(body: #"{"access_token":"a"}"#, contentType: "text/html"),
                        "without JSON"
                    ),
                    (KeyServer.Page(body: "<html>"), "not one JSON object"),
                    (
                        KeyServer.Page(status: 401, body: #"{"error":"invalid_client"}"#),
                        "invalid_client"
                    ),
                ] {
                    house.server.answer("/token", page)
                    let login = try await gateway.begin()
                    let answer = try await gateway.callBack(login)
                    #expect(answer.status == 503, "\(answer.body)")
                    #expect(answer.headers["retry-after"] == "5")
                    let outcome = try await gateway.outcome(of: answer)
                    #expect(
                        outcome?["reason"]?.string?.contains(why) == true, "\(outcome ?? .null)")
                }
                #expect(!house.server.paths.contains("/elsewhere"))
            }
        }
    }

    /// Nobody waits longer for a token endpoint than for any other slow call, and the login is spent.
    @Test func aTokenEndpointThatSaysNothingIs504() async throws {
        try await OpenIDHouse.with { house in
            var parts = WatchQuietly.parts
            let clock = ManualClock()
            parts.slowLane.clock = clock
            try await house.gateway(outside: parts).serving { gateway in
                house.server.answer("/token", .init(isSilent: true))
                let login = try await gateway.begin()
                async let call = gateway.callBack(login)
                while !house.server.paths.contains("/token") {
                    try await Task.sleep(for: .milliseconds(5))
                }
                await clock.untilAsleep(1)
                clock.advance(by: .seconds(30))
                let answer = try await call
                #expect(answer.status == 504, "\(answer.body)")
                let outcome = try await gateway.outcome(of: answer)
                #expect(
                    outcome?["reason"]?.string?.contains("timed-out") == true,
                    "\(outcome ?? .null)")
                house.give(house.token(gateway, nonce: login.nonce))
                #expect(try await gateway.callBack(login).status == 400, "it is spent")
            }
        }
    }

    /// The gateway starts without it, says so, and goes on once it is there.
    @Test func aProviderMayBeDownWhenTheGatewayStarts() async throws {
        try await OpenIDHouse.with { house in
            house.server.answer("/.well-known/openid-configuration", .init(status: 502))
            try await house.gateway().serving { gateway in
                #expect(try await gateway.begin().answer.status == 503)
                let asked = house.server.paths.count
                #expect(try await gateway.begin().answer.status == 503)
                #expect(house.server.paths.count == asked, "it is not asked again at once")
                try await gateway.tick(.openID)
                #expect(gateway.logText().contains("the provider idp can't be asked"))
                let ready = try await gateway.page("/readyz")
                #expect(ready.status == 200 && ready.body.contains("idp"), "\(ready.body)")
                house.say()
                gateway.clock.advance(by: .seconds(10))
                try await gateway.tick(.openID)
                #expect(try await gateway.begin().answer.status == 303)
                #expect(try await !gateway.page("/readyz").body.contains("idp"))
                #expect(gateway.logText().contains("idp can be asked again"))
            }
        }
    }

    @Test func aProviderThatBindsNoCodesIsNotUsed() async throws {
        try await OpenIDHouse.with { house in
            for (methods, why) in [(nil, "does not say"), (#"["plain"]"#, "not taken")]
                as [(String?, String)]
            {
                house.say(["code_challenge_methods_supported": methods])
                try await house.gateway().serving { gateway in
                    try await gateway.tick(.openID)
                    #expect(try await gateway.begin().answer.status == 503)
                    #expect(try await gateway.page("/readyz").body.contains(why))
                    #expect(gateway.logText().contains(why))
                }
            }
        }
    }

    @Test func anUnknownKeyIsFetchedOnceAMinute() async throws {
        try await OpenIDHouse.with { house in
            let next = TestTokens(keyID: "k2")
            try await house.gateway().serving { gateway in
                _ = try await gateway.signOn(at: house)
                #expect(house.server.paths.count { $0 == "/keys" } == 1)
                func attempt() async throws -> Int {
                    let login = try await gateway.begin()
                    house.give(house.token(gateway, nonce: login.nonce, by: next))
                    return try await gateway.callBack(login).status
                }
                for _ in 0..<3 { #expect(try await attempt() == 403) }
                #expect(house.server.paths.count { $0 == "/keys" } == 1, "a minute is not over")
                gateway.clock.advance(by: .seconds(60))
                house.server.answer(
                    "/keys", body: TestTokens.set(house.mint.jwk(), next.jwk()))
                #expect(try await attempt() == 303, "asked for at once")
                #expect(house.server.paths.count { $0 == "/keys" } == 2)
            }
        }
    }

    @Test func keysThatLeadElsewhereAreNotFollowed() async throws {
        try await OpenIDHouse.with { house in
            house.server.answer(
                "/keys", .init(status: 302, location: "https://169.254.169.254/keys"))
            try await house.gateway().serving { gateway in
                let login = try await gateway.begin()
                house.give(house.token(gateway, nonce: login.nonce))
                #expect(try await gateway.callBack(login).status == 503)
                #expect(try await gateway.page("/readyz").body.contains("answers 302"))
            }
        }
    }
}
