import Auth
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Sessions through the whole gateway in this process: opened by a proof, shown as a cookie or a token, ended.
@Suite(.timeLimit(.minutes(10))) struct SessionTests {
    private let people: SessionFixture

    init() throws { people = try SessionFixture() }

    @Test func aTokenOpensASessionThatOutlivesIt() async throws {
        try await people.gateway().serving { gateway in
            let opened = try await people.login(gateway)
            #expect(opened.answer.status == 201)
            #expect(opened.secret.wholeMatch(of: /mxs_[0-9A-Za-z]{49}/) != nil)
            #expect(opened.answer.headers["cache-control"] == "no-store")
            #expect(opened.answer.headers["set-cookie"] == nil)
            gateway.clock.advance(by: .seconds(1800))
            let answer = try await gateway.ask(opened.bearer)
            #expect(answer.status == 200, "\(answer.body)")
            let record = try gateway.record(of: answer)
            #expect(gateway.asker(of: record) == "idp/alice")
            #expect(record["principal"]?["auth"]?.string == "session")
            let intent = try gateway.record(of: opened.answer)
            #expect(intent["type"]?.string == "intent")
            #expect(intent["action"]?.string == "session.create")
            #expect(intent["resource"]?["id"]?.string == opened.id)
            #expect(gateway.asker(of: intent) == "idp/alice")
            let onService = try await gateway.curl(
                "GET", InProcessGateway.status, headers: [opened.bearer])
            #expect(onService.status == 200, "a bearer is taken on each listener")
        }
    }

    @Test func aBrowserGetsACookieThatNoScriptReads() async throws {
        try await people.gateway().serving { gateway in
            let answer = try await gateway.post(
                "login", headers: ["authorization: Bearer \(people.token(gateway))"])
            let opened = try OpenedSession(answer)
            #expect(answer.status == 201)
            #expect(!answer.body.contains("mxs_"), "it is out of reach of the page's scripts")
            #expect(
                answer.headers["set-cookie"]
                    == "__Host-maxine=\(opened.secret); Path=/; Secure; HttpOnly; SameSite=Lax;"
                    + " Max-Age=43200")
            for options in [["--http1.1"], ["--http2"]] {
                #expect(try await gateway.ask(opened.cookie, options: options).status == 200)
                let among = try await gateway.ask(
                    "cookie: theme=dark; __Host-maxine=\(opened.secret); lang=de",
                    options: options)
                #expect(among.status == 200, "among others")
                // As browsers split them on HTTP/2.
                let split = try await gateway.ask(
                    "cookie: theme=dark", opened.cookie, options: options)
                #expect(split.status == 200, "in a field of its own")
                let twice = try await gateway.ask(
                    opened.cookie, "cookie: __Host-maxine=other", options: options)
                #expect(twice.status == 401, "two are refused")
            }
        }
    }

    @Test func whoSignsOffIsRefusedOnTheNextRequest() async throws {
        try await people.gateway().serving { gateway in
            let (first, second) = (
                try await people.login(gateway), try await people.login(gateway)
            )
            #expect(first.secret != second.secret && first.id != second.id)
            #expect(try await gateway.ask(first.bearer).status == 200)
            let off = try await gateway.post("logout", headers: [first.bearer])
            #expect(off.status == 204, "\(off.body)")
            #expect(
                off.headers["set-cookie"]
                    == "__Host-maxine=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
            let again = try await gateway.ask(first.bearer)
            #expect(again.status == 401)
            #expect(try gateway.why(again).contains("session_unknown"))
            #expect(try await gateway.post("logout", headers: [first.bearer]).status == 401)
            #expect(try await gateway.ask(second.bearer).status == 200)
            let third = try await people.login(gateway)
            let all = try await gateway.post(
                "logout", #"{"everywhere":true}"#, headers: [second.bearer])
            #expect(all.status == 204)
            for one in [second, third] {
                let refused = try await gateway.ask(one.bearer)
                #expect(refused.status == 401)
            }
        }
    }

    @Test func onlyWhoProvesToBeAPersonGetsASession() async throws {
        try await people.gateway().serving { gateway in
            let nobody = try await gateway.post("login")
            #expect(nobody.status == 401)
            let forged = try await gateway.post(
                "login", headers: ["authorization: Bearer nonsense"])
            #expect(forged.status == 401)
            let key = try await gateway.makeKey()
            let opened = try await people.login(gateway)
            for credential in ["x-api-key: \(key.text)", opened.bearer] {
                let answer = try await gateway.post("login", headers: [credential])
                #expect(answer.status == 403, "\(answer.body)")
            }
            let cookie = try await gateway.post(
                "login", headers: [opened.cookie, gateway.origin])
            #expect(cookie.status == 403, "\(cookie.body)")
            try await gateway.issue("web")
            let service = try await gateway.curl("POST", InProcessGateway.auth + "login", as: "web")
            #expect(service.status == 403, "\(service.body)")
        }
    }

    /// A secret that somebody else chose beforehand is worth nothing, before and after a sign-on.
    @Test func aSessionThatWasPlantedStaysWorthNothing() async throws {
        try await people.gateway().serving { gateway in
            let planted = String(decoding: SecretText(new: .session).bytes, as: UTF8.self)
            let answer = try await gateway.post(
                "login",
                headers: [
                    "authorization: Bearer \(people.token(gateway))",
                    "cookie: __Host-maxine=\(planted)", gateway.origin,
                ])
            #expect(answer.status == 401, "two credentials are refused")
            let opened = try await people.login(gateway)
            #expect(opened.secret != planted)
            #expect(try await gateway.ask("cookie: __Host-maxine=\(planted)").status == 401)
        }
    }

    @Test func anOperatorsCertificateOpensASessionOfItsOwn() async throws {
        try await people.gateway().serving { gateway in
            let answer = try await gateway.curl("POST", InProcessGateway.auth + "login")
            let opened = try OpenedSession(answer)
            #expect(answer.headers["set-cookie"] == nil, "no cookies on the service listener")
            let used = try await gateway.ask(opened.bearer)
            #expect(used.status == 200)
            let record = try gateway.record(of: used)
            #expect(record["principal"]?["kind"]?.string == "operator")
            #expect(
                record["principal"]?["id"]?.string == "spiffe://maxine.local/operator/operator")
            let wanted = try await gateway.curl(
                "POST", InProcessGateway.auth + "login", body: #"{"cookie":true}"#)
            #expect(wanted.status == 422, "\(wanted.body)")
            // As a session, unlike a key or a token, it makes API keys.
            let key = try await gateway.curl(
                "POST", InProcessGateway.keys, body: #"{"scopes":["x"]}"#,
                headers: [opened.bearer], at: gateway.peopleAddress)
            #expect(key.status == 201, "\(key.body)")
        }
    }

    @Test func aCookieIsTakenOnThePeopleListenerOnly() async throws {
        try await people.gateway().serving { gateway in
            let opened = try await people.login(gateway)
            let onService = try await gateway.curl(
                "GET", InProcessGateway.status, headers: [opened.cookie])
            #expect(onService.status == 401, "nor does the certificate speak in its place")
            let onFederation = try await gateway.curl(
                "GET", "/bundle", headers: [opened.cookie], at: gateway.federationAddress)
            #expect(onFederation.status == 401)
        }
    }

    @Test func noHeadUnderAuth() async throws {
        try await people.gateway().serving { gateway in
            let opened = try await people.login(gateway)
            let head = try await gateway.curl(
                "HEAD", InProcessGateway.auth + "sessions", headers: [opened.bearer],
                options: ["--head"], at: gateway.peopleAddress)
            #expect(head.status == 405)
            #expect(head.headers["allow"]?.contains("HEAD") == false)
        }
    }
}
