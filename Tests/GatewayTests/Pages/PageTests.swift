import Gateway
import Support
import Testing

/// What people see who come with a browser.
@Suite(.timeLimit(.minutes(10))) struct PageTests {
    private let house = DirectoryFixture()

    private func send(
        _ gateway: InProcessGateway, _ path: String, _ form: String, _ headers: [String] = []
    ) async throws -> CurlAnswer {
        try await gateway.curl(
            "POST", path, body: form,
            headers: headers, at: gateway.peopleAddress)
    }

    private func page(
        _ gateway: InProcessGateway, _ path: String, _ headers: [String] = []
    ) async throws -> CurlAnswer {
        try await gateway.curl("GET", path, headers: headers, at: gateway.peopleAddress)
    }

    @Test func aPersonSignsOnByTheFormAndSeesWhoTheyAre() async throws {
        try await house.gateway().serving { gateway in
            let form = try await page(gateway, "/")
            #expect(form.status == 200)
            #expect(form.headers["content-type"] == "text/html; charset=utf-8")
            let policy = form.headers["content-security-policy"] ?? ""
            #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"), "\(policy)")
            #expect(policy.contains("frame-ancestors 'none'"))
            #expect(form.headers["cache-control"] == "no-store")
            #expect(!form.body.contains("<script"))
            #expect(form.body.contains(#"<label for="password">"#))
            #expect(form.body.contains(#"name="provider" value="corp""#))
            let on = try await send(
                gateway, "/sign-on", "user=alice&password=right", [gateway.origin])
            #expect(on.status == 303 && on.headers["location"] == "/me", "\(on.body)")
            let cookie = try "cookie: " + #require(on.cookies.first).prefix { $0 != ";" }
            let me = try await page(gateway, "/me", [cookie])
            #expect(me.status == 200 && me.body.contains("Signed on as corp/alice"), "\(me.body)")
            #expect(me.body.contains("<li>viewer") && me.body.contains("<li>ops</li>"))
            #expect(me.body.contains("this one"))
            let home = try await page(gateway, "/", [cookie])
            #expect(home.status == 303 && home.headers["location"] == "/me")
            let off = try await send(gateway, "/sign-off", "", [cookie, gateway.origin])
            #expect(off.status == 303 && off.headers["location"] == "/")
            let after = try await page(gateway, "/me", [cookie])
            #expect(after.status == 401 && after.body.contains(#"href="/""#), "\(after.body)")
        }
    }

    /// Else nobody would get past it to sign on again.
    @Test func aCookieThatIsNoSessionAnyMoreIsTakenAway() async throws {
        try await house.gateway().serving { gateway in
            let session = try OpenedSession(await gateway.signOn())
            let off = try await gateway.post("logout", headers: [session.cookie, gateway.origin])
            #expect(off.status == 204)
            for path in ["/", "/me", "/device"] {
                let stale = try await page(gateway, path, [session.cookie])
                #expect(stale.status == 401, "\(path)")
                #expect(stale.cookies.first?.hasPrefix("__Host-maxine=;") == true, "\(path)")
            }
            let wrong = try await send(
                gateway, "/sign-on", "user=alice&password=wrong", [gateway.origin])
            #expect(wrong.status == 401 && wrong.cookies.isEmpty)
            #expect(wrong.body.contains(#"href="/""#), "\(wrong.body)")
        }
    }

    @Test func whoTypesAWrongPasswordStillGetsWhereTheyWereGoing() async throws {
        try await house.gateway().serving { gateway in
            let wrong = try await send(
                gateway, "/sign-on",
                "user=alice&password=wrong&next=/device?user_code%3DABCD-EFGH", [gateway.origin])
            #expect(wrong.status == 401)
            let back = "/?next=%2Fdevice%3Fuser_code%3DABCD-EFGH"
            #expect(wrong.body.contains(#"href="\#(back)""#), "\(wrong.body)")
            let form = try await page(gateway, back)
            #expect(form.body.contains(#"value="/device?user_code=ABCD-EFGH""#), "\(form.body)")
            let elsewhere = try await send(
                gateway, "/sign-on", "user=alice&password=wrong&next=//evil.example/",
                [gateway.origin])
            #expect(elsewhere.body.contains(#"href="/?next=%2F""#), "\(elsewhere.body)")
        }
    }

    @Test func whoIsRefusedReadsWhichRecordSaysWhy() async throws {
        try await house.gateway().serving { gateway in
            let evil = "user=%3Cscript%3E&password=%22%3E%3Cscript%3E"
            let wrong = try await send(gateway, "/sign-on", evil, [gateway.origin])
            #expect(wrong.status == 401 && wrong.cookies.isEmpty)
            #expect(wrong.headers["content-security-policy"] != nil)
            #expect(!wrong.body.contains("<script"), "\(wrong.body)")
            let missing = try await send(gateway, "/sign-on", "user=alice", [gateway.origin])
            #expect(missing.status == 400 && missing.body.contains("no password"))
            let nowhere = try await page(gateway, "/nowhere%3Cscript%3E")
            #expect(nowhere.status == 404 && !nowhere.body.contains("<script"), "\(nowhere.body)")
            #expect(nowhere.body.contains("record"))
            let api = try await page(gateway, "/api/maxine/nowhere")
            #expect(api.headers["content-type"] == "application/problem+json")
        }
    }

    /// Nobody is signed on as somebody else by a page of theirs, or signed off.
    @Test func formsOfOtherSitesDoNothing() async throws {
        try await house.gateway().serving { gateway in
            for headers in [
                [], ["origin: https://evil.example"], ["origin: null"],
                ["sec-fetch-site: cross-site", gateway.origin],
            ] {
                let on = try await send(
                    gateway, "/sign-on", "user=alice&password=right", headers)
                #expect(on.status == 403 && on.cookies.isEmpty, "\(headers): \(on.body)")
            }
            #expect(house.directory.signOns == 0)
            let session = try OpenedSession(await gateway.signOn())
            let off = try await send(
                gateway, "/sign-off", "", [session.cookie, "origin: https://evil.example"])
            #expect(off.status == 403)
            #expect(try await gateway.ask(session.cookie).status == 200)
        }
    }

    @Test func withoutAProviderThePageSaysSo() async throws {
        let gateway = try InProcessGateway(policy: DirectoryFixture.policy)
        try await gateway.serving { gateway in
            let form = try await page(gateway, "/")
            #expect(form.status == 200 && form.body.contains("No provider"), "\(form.body)")
            let service = try await gateway.curl("GET", "/")
            #expect(service.status == 404, "pages are for the people listener")
        }
    }
}
