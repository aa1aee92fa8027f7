import Auth
import Crypto
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// People sign on at an OpenID provider, by code and PKCE, through the whole gateway in this process.
@Suite(.timeLimit(.minutes(10))) struct OpenIDLoginTests {
    @Test func aPersonComesBackWithASession() async throws {
        try await OpenIDHouse.with { house in
            let gateway = try house.gateway()
            try await gateway.serving { gateway in
                let login = try await gateway.begin("?next=/services%3Fx%3D1")
                #expect(login.answer.status == 303, "\(login.answer.body)")
                #expect(login.answer.headers["cache-control"] == "no-store")
                let location = login.answer.headers["location"] ?? ""
                #expect(location.hasPrefix(house.server.address + "/authorize?"))
                #expect(
                    login.asked["redirect_uri"]
                        == OpenIDHouse.address + OpenIDHouse.auth + "/callback")
                #expect(login.asked["client_id"] == "maxine gateway")
                #expect(login.asked["code_challenge_method"] == "S256")
                #expect(login.answer.cookies.count == 1)
                #expect(
                    login.answer.cookies.first?.hasSuffix(
                        "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600") == true)
                #expect(login.cookie.hasPrefix("__Host-maxine-login-"))

                house.give(house.token(gateway, nonce: login.nonce))
                let answer = try await gateway.callBack(
                    login, "code=c0de-1&state=\(login.state)&session_state=x&foo=bar")
                #expect(answer.status == 303, "\(answer.body)")
                #expect(answer.headers["location"] == "/services?x=1")
                #expect(answer.cookies.count == 2)
                #expect(answer.cookies.last?.hasSuffix("Max-Age=0") == true, "\(answer.cookies)")
                let opened = try OpenedLogin(answer)
                let who = try await gateway.ask(
                    opened.cookie, path: "/api/maxine/auth/whoami")
                #expect(
                    who.body.contains(#""idp/alice""#) && who.body.contains("viewer"), "\(who.body)"
                )
                #expect(try await gateway.ask(opened.cookie).status == 200)

                let exchange = try #require(house.exchanges.first)
                let form = try Self.form(exchange.body)
                #expect(form["grant_type"] == "authorization_code" && form["code"] == "c0de-1")
                #expect(form["redirect_uri"] == login.asked["redirect_uri"])
                let verifier = try #require(form["code_verifier"])
                #expect(
                    TestTokens.encode(Data(SHA256.hash(data: Data(verifier.utf8))))
                        == login.asked["code_challenge"])
                #expect(
                    exchange.authorization
                        == "Basic "
                        + Data("maxine%20gateway:s3cret%2Fvalue".utf8)
                        .base64EncodedString())
                #expect(form["client_secret"] == nil)
                for secret in [
                    verifier, "c0de-1", "acce55-t0ken", "r3fresh-1", "s3cret", login.state,
                    login.nonce, opened.secret, "eyJ", String(login.cookie.suffix(40)),
                ] {
                    #expect(!gateway.logText().contains(secret))
                    #expect(try !gateway.records().joined().contains(secret), "\(secret)")
                }
            }
            let outcome = try gateway.journal().last { $0["type"]?.string == "outcome" }
            #expect(outcome?["status"]?.integer == 303)
            #expect(outcome?["detail"]?["method"]?.string == "oidc")
            #expect(
                outcome?["detail"]?["holder"]?["pseudonym"]?.string?.hasPrefix("p-") == true)
        }
    }

    private static func form(_ body: String) throws -> [String: String] {
        let items = URLComponents(string: "http://x/?" + body)?.queryItems ?? []
        return Dictionary(items.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { $0 + $1 })
    }

    /// A cookie that is old or was planted neither keeps anybody out nor becomes a session.
    @Test func nothingThatABrowserBringsBecomesTheSession() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let before = try await gateway.signOn(at: house)
                let planted = "__Host-maxine=\(before.secret)"
                let login = try await gateway.begin(cookies: ["__Host-maxine=mxs_planted"])
                #expect(login.answer.status == 303)
                house.give(house.token(gateway, nonce: login.nonce))
                let answer = try await gateway.callBack(login, cookies: [planted, login.cookie])
                let opened = try OpenedLogin(answer)
                #expect(opened.secret != before.secret)
                let stale = try await gateway.begin(cookies: ["__Host-maxine=mxs_planted"])
                house.give(house.token(gateway, nonce: stale.nonce))
                let other = try await gateway.callBack(
                    stale, cookies: ["__Host-maxine=mxs_planted", stale.cookie])
                #expect(other.status == 303)
            }
        }
    }

    @Test func eachTabHasASignOnOfItsOwn() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let first = try await gateway.begin()
                let second = try await gateway.begin(cookies: [first.cookie])
                #expect(first.state != second.state && first.nonce != second.nonce)
                #expect(second.answer.cookies.count == 1, "the first is left as it is")
                for login in [first, second] {
                    house.give(house.token(gateway, nonce: login.nonce))
                    let answer = try await gateway.callBack(
                        login, cookies: [first.cookie, second.cookie])
                    #expect(answer.status == 303, "\(answer.body)")
                    let cleared = answer.cookies.last?.prefix { $0 != "=" }
                    #expect(cleared == login.cookie.prefix { $0 != "=" })
                }
            }
        }
    }

    /// Else headers would grow until the browser is refused.
    @Test func aBrowserHasFewSignOnsUnderWay() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                var cookies: [String] = []
                for _ in 0..<5 {
                    cookies.append(try await gateway.begin(cookies: cookies).cookie)
                    gateway.clock.advance(by: .seconds(1))
                }
                let sixth = try await gateway.begin(cookies: cookies.shuffled())
                let cleared = sixth.answer.cookies.filter { $0.hasSuffix("Max-Age=0") }
                #expect(cleared.count == 1)
                #expect(cleared.first?.prefix { $0 != "=" } == cookies[0].prefix { $0 != "=" })
                gateway.clock.advance(by: .seconds(600))
                let fresh = try await gateway.begin(
                    cookies: cookies + ["__Host-maxine-login-x=y", "other=z"])
                #expect(
                    fresh.answer.cookies.count == 7, "what is over goes, what is not ours stays")
            }
        }
    }

    @Test(arguments: [
        "//evil.example", "/\\evil.example", "/%5Cevil.example", "https:evil.example",
        "/%0d%0aSet-Cookie:a=b", "user@evil.example",
    ])
    func nobodyIsSentElsewhere(_ target: String) async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let query = target.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
                let login = try await gateway.begin("?next=" + (query ?? ""))
                house.give(house.token(gateway, nonce: login.nonce))
                let answer = try await gateway.callBack(login)
                #expect(answer.status == 303)
                #expect(answer.headers["location"] == "/")
            }
        }
    }

    @Test func otherListenersSendNobodyAnywhere() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let answer = try await gateway.curl("GET", OpenIDHouse.auth)
                #expect([403, 422].contains(answer.status), "\(answer.body)")
                #expect(answer.headers["location"] == nil && answer.cookies.isEmpty)
                let unknown = try await gateway.browse("/api/maxine/auth/oidc/none")
                #expect(unknown.status == 404)
            }
        }
    }

    @Test func groupsFromTheUserInfoCount() async throws {
        try await OpenIDHouse.with { house in
            house.server.answer("/me", body: #"{"sub":"alice","groups":["ops"]}"#)
            try await house.gateway { $0.asksUserInfo = true }.serving { gateway in
                let opened = try await gateway.signOn(at: house, ["groups": nil])
                #expect(try await gateway.ask(opened.cookie).status == 200)
                let asked = house.server.requests.last { $0.path == "/me" }
                #expect(asked?.authorization == "Bearer acce55-t0ken")
                house.server.answer("/me", body: #"{"sub":"bob","groups":["ops"]}"#)
                let login = try await gateway.begin()
                house.give(house.token(gateway, nonce: login.nonce, ["groups": nil]))
                let answer = try await gateway.callBack(login)
                #expect(answer.status == 403)
                let outcome = try await gateway.outcome(of: answer)
                #expect(outcome?["reason"]?.string?.contains("oidc_other_person") == true)
            }
        }
    }
}
