import Gateway
import StrictJSON
import Support
import Testing

/// What a cookie alone speaks for is changed by pages of ours only: browsers send cookies along with what foreign pages ask.
@Suite(.timeLimit(.minutes(10))) struct SessionOriginTests {
    private let people: SessionFixture

    init() throws { people = try SessionFixture() }

    /// The port is that of the people listener.
    static let rows: [(headers: [String], isTaken: Bool)] = [
        (["origin: https://localhost:PORT"], true),
        (["origin: https://127.0.0.1:PORT"], true),
        (["origin: https://maxine.example:PORT"], true),
        (["origin: https://MAXINE.example:PORT"], true),
        (["sec-fetch-site: same-origin"], true),
        (["origin: https://localhost:PORT", "sec-fetch-site: same-origin"], true),
        ([], false),
        (["origin: null"], false),
        (["origin: http://localhost:PORT"], false),
        (["origin: https://localhost"], false),
        (["origin: https://localhost:1"], false),
        (["origin: https://localhost:443"], false),
        (["origin: https://evil.example:PORT"], false),
        (["origin: https://localhost.evil.example:PORT"], false),
        (["origin: https://localhost:PORT.evil.example"], false),
        (["origin: https://evil.example#localhost:PORT"], false),
        (["origin: https://localhost:PORT/"], false),
        (["origin: https://localhost:PORT https://evil.example"], false),
        (["origin: https://user@localhost:PORT"], false),
        (["sec-fetch-site: cross-site"], false),
        (["sec-fetch-site: same-site"], false),
        (["sec-fetch-site: none"], false),
        (["sec-fetch-site: same-origin", "sec-fetch-site: cross-site"], false),
        (["origin: https://localhost:PORT", "sec-fetch-site: cross-site"], false),
        (["referer: https://localhost:PORT/"], false),
    ]

    @Test func onlyPagesOfOursChangeWhatACookieSpeaksFor() async throws {
        let gateway = try people.gateway { $0.identity.dnsNames = ["maxine.example"] }
        try await gateway.serving { gateway in
            let opened = try await people.login(gateway)
            let port = String(gateway.peopleAddress.split(separator: ":").last ?? "")
            let path = "/api/maxine/services/api/instances/a-1"
            for (headers, isTaken) in Self.rows {
                let answer = try await gateway.curl(
                    "DELETE", path,
                    headers: [opened.cookie] + headers.map { $0.replacing("PORT", with: port) },
                    at: gateway.peopleAddress)
                // Alice may look only; that policy is asked at all shows that the request was taken.
                #expect(answer.status == 403, "\(headers)")
                #expect(answer.body.contains("problem:cross-site") == !isTaken, "\(headers)")
            }
        }
    }

    @Test func aRefusedOneIsOnRecordAndNothingElseIsAsked() async throws {
        try await people.gateway().serving { gateway in
            let opened = try await people.login(gateway)
            let forged = try await gateway.post(
                "logout", headers: [opened.cookie, "origin: https://evil.example"])
            #expect(forged.status == 403)
            let record = try gateway.record(of: forged)
            #expect(record["action"]?.string == "session.revoke")
            #expect(record["decision"]?.string == "deny")
            #expect(record["reason"]?.string?.hasPrefix("cross-site:") == true)
            #expect(gateway.asker(of: record) == "idp/alice")
            #expect(try await gateway.ask(opened.cookie).status == 200, "what is read is read")
            // A bearer is not sent along by itself.
            #expect(try await gateway.post("logout", headers: [opened.bearer]).status == 204)
        }
    }

    @Test func behindAProxyTheUsualPortIsOursToo() async throws {
        let gateway = try people.gateway {
            $0.trustedProxies = ["127.0.0.1"]
            $0.identity.dnsNames = ["maxine.example"]
        }
        try await gateway.serving { gateway in
            let opened = try await people.login(gateway)
            for (origin, isTaken) in [
                ("https://maxine.example", true), ("https://maxine.example:443", true),
                ("https://maxine.example:444", false), ("https://evil.example", false),
            ] {
                let answer = try await gateway.curl(
                    "DELETE", "/api/maxine/services/api/instances/a-1",
                    headers: [opened.cookie, "origin: \(origin)", "x-forwarded-for: 192.0.2.1"],
                    at: gateway.peopleAddress)
                #expect(answer.body.contains("problem:cross-site") == !isTaken, "\(origin)")
            }
        }
    }
}
