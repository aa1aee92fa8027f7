import Auth
import Gateway
import Support
import Testing

/// GitHub's OAuth 2.0, which knows no ID tokens: who it is, and of which teams, its API says.
@Suite(.timeLimit(.minutes(10))) struct GitHubSignOnTests {
    private static let orgs = "/user/orgs?per_page=100&page=1"
    private static let teams = "/user/teams?per_page=100&page=1"

    private func gateway(_ house: OpenIDHouse) throws -> InProcessGateway {
        house.server.answer(
            "/login/oauth/access_token",
            body: #"{"access_token":"gho_t0ken","token_type":"bearer"}"#)
        house.server.answer("/user", body: #"{"id":7,"login":"octo"}"#)
        house.server.answer(Self.orgs, body: #"[{"login":"acme"}]"#)
        house.server.answer(
            Self.teams, body: #"[{"slug":"ops","organization":{"login":"acme"}}]"#)
        let address = try #require(KeyAddress(house.server.address, allowsLoopbackHTTP: false))
        return try house.gateway {
            OpenIDPreset.github.apply(to: &$0)
            $0.dialect = .github(web: address, api: address)
            $0.mapping.groupsPrefix = "acme/"
        }
    }

    @Test func aPersonSignsOnAndIsAskedAbout() async throws {
        try await OpenIDHouse.with { house in
            try await gateway(house).serving { gateway in
                let login = try await gateway.begin()
                let location = login.answer.headers["location"] ?? ""
                #expect(location.hasPrefix(house.server.address + "/login/oauth/authorize?"))
                #expect(login.asked["code_challenge_method"] == "S256")
                #expect(login.asked["nonce"] == nil && login.asked["scope"] == "read:user read:org")
                let opened = try OpenedLogin(await gateway.callBack(login))
                try await gateway.tick(.confirmations)
                let who = try await gateway.ask(opened.cookie, path: "/api/maxine/auth/whoami")
                #expect(who.body.contains(#""idp/octo""#) && who.body.contains(#"["ops"]"#))
                #expect(try await gateway.ask(opened.cookie).status == 200)
                let asked = house.server.requests.last { $0.path == "/user" }
                #expect(asked?.authorization == "Bearer gho_t0ken")
                #expect(try !gateway.records().joined().contains("gho_t0ken"))

                house.server.answer(Self.teams, body: "[]")
                gateway.clock.advance(by: .seconds(300))
                try await gateway.tick(.confirmations)
                #expect(try await gateway.ask(opened.cookie).status == 403, "out of the team")
                house.server.answer("/user", .init(status: 401, body: "{}"))
                gateway.clock.advance(by: .seconds(300))
                try await gateway.tick(.confirmations)
                #expect(try await gateway.ask(opened.cookie).status == 401, "the token is revoked")
            }
        }
    }

    /// Whoever gets the name of somebody who gave it up is not them.
    @Test func theNumberTellsPeopleApart() async throws {
        try await OpenIDHouse.with { house in
            try await gateway(house).serving { gateway in
                let login = try await gateway.begin()
                let opened = try OpenedLogin(await gateway.callBack(login))
                try await gateway.tick(.confirmations)
                house.server.answer("/user", body: #"{"id":8,"login":"octo"}"#)
                gateway.clock.advance(by: .seconds(300))
                try await gateway.tick(.confirmations)
                #expect(try await gateway.ask(opened.cookie).status == 401)
            }
        }
    }

    @Test func whatIsWrongWithTheAnswerLetsNobodyIn() async throws {
        try await OpenIDHouse.with { house in
            try await gateway(house).serving { gateway in
                // GitHub says so with status 200.
                house.server.answer(
                    "/login/oauth/access_token", body: #"{"error":"bad_verification_code"}"#)
                let refused = try await gateway.begin()
                #expect(try await gateway.callBack(refused).status == 403)
                house.server.answer(
                    "/login/oauth/access_token",
                    body: #"{"access_token":"gho_t0ken","token_type":"bearer"}"#)
                house.server.answer(Self.orgs, .init(status: 500))
                let away = try await gateway.begin()
                #expect(
                    try await gateway.callBack(away).status == 503, "no groups is not no answer")
            }
        }
    }
}
