import Gateway
import StrictJSON
import Support
import Testing

/// Programs without a browser are signed on by a code that a person confirms (RFC 8628), through the whole gateway.
@Suite(.timeLimit(.minutes(10))) struct DeviceSignOnTests {
    private let house = DirectoryFixture()

    @Test func aProgramGetsASessionOfItsOwnOnce() async throws {
        try await house.gateway().serving { gateway in
            let device = try await gateway.askDevice()
            #expect(device.answer.headers["cache-control"] == "no-store")
            #expect(device.complete == "/device?user_code=\(device.userCode)")
            let pending = try await gateway.poll(device)
            #expect(pending.status == 400 && pending.error == "authorization_pending")
            let person = try OpenedSession(await gateway.signOn())
            let page = try await gateway.showDevice(device.userCode, person.cookie)
            #expect(page.status == 200, "\(page.body)")
            for text in [device.userCode, "maxine on build-7", "127.0.0.1", "corp/alice"] {
                #expect(page.body.contains(text), "\(text): \(page.body)")
            }
            #expect(page.body.contains("Did somebody send you here?"))
            #expect(!page.body.contains("It is not where you are"))
            let decided = try await gateway.decide(device.userCode, "approve", person.cookie)
            #expect(decided.status == 200 && decided.body.contains("Confirmed"), "\(decided.body)")
            gateway.clock.advance(by: .seconds(5))
            let word = try await gateway.poll(device)
            #expect(word.status == 200, "\(word.value)")
            #expect(word.value["token_type"]?.string == "Bearer")
            #expect(word.value["holder"]?["id"]?.string == "corp/alice")
            #expect(word.session?.hasPrefix("mxs_") == true && word.session != person.secret)
            let who = try await gateway.ask(word.bearer, path: "/api/maxine/auth/whoami")
            #expect(who.body.contains("corp/alice") && who.body.contains("viewer"), "\(who.body)")
            gateway.clock.advance(by: .seconds(5))
            let again = try await gateway.poll(device)
            #expect(again.status == 400 && again.error == "invalid_grant")
            #expect(try await gateway.showDevice(device.userCode, person.cookie).status == 404)
            for secret in [device.code, word.session ?? "-"] {
                #expect(try !gateway.records().joined().contains(secret))
                #expect(!gateway.logText().contains(secret))
            }
        }
    }

    /// Each step is in the log, with both addresses, and nothing in clear that says who it was.
    @Test func eachStepIsOnRecord() async throws {
        let gateway = try house.gateway()
        try await gateway.serving { gateway in
            let device = try await gateway.askDevice("client_id=the+laptop+of+alice")
            let person = try OpenedSession(await gateway.signOn())
            let pending = try await gateway.curl(
                "POST", AskedDevice.path + "/token",
                body: AskedDevice.grant + "&device_code=\(device.code)", at: gateway.peopleAddress)
            let early = try await gateway.awaitRecord { $0["seq"]?.integer == pending.sequence }
            #expect(early?["type"]?.string == "decision")
            #expect(early?["reason"]?.string?.hasPrefix("authorization-pending") == true)
            let decided = try await gateway.decide(device.userCode, "approve", person.cookie)
            let intent = try await gateway.awaitRecord { $0["seq"]?.integer == decided.sequence }
            #expect(intent?["type"]?.string == "intent")
            let detail = intent?["detail"]?["device"]
            #expect(detail?["decision"]?.string == "approve")
            for member in ["name", "ip"] {
                #expect(detail?[member]?["pseudonym"]?.string?.hasPrefix("p-") == true)
            }
            gateway.clock.advance(by: .seconds(5))
            _ = try await gateway.poll(device)
            let outcome = try await gateway.awaitRecord {
                $0["type"]?.string == "outcome" && $0["detail"]?["device"]?.string != nil
            }
            #expect(outcome?["detail"]?["method"]?.string == "ldap")
            #expect(
                outcome?["detail"]?["holder"]?["pseudonym"]?.string
                    == intent?["principal"]?["id"]?["pseudonym"]?.string)
            #expect(outcome?["detail"]?["device"]?.string == intent?["resource"]?["id"]?.string)
            #expect(try !gateway.records().joined().contains("the laptop of alice"))
        }
    }

    @Test func whoRefusesLetsNobodyIn() async throws {
        try await house.gateway().serving { gateway in
            let device = try await gateway.askDevice()
            let person = try OpenedSession(await gateway.signOn())
            let decided = try await gateway.decide(device.userCode, "deny", person.cookie)
            #expect(decided.status == 200 && decided.body.contains("Refused"))
            #expect(try await gateway.poll(device).error == "access_denied")
            #expect(try await gateway.poll(device).error == "invalid_grant")
        }
    }

    @Test func whoAsksTooOftenIsSlowedDownAndACodeEnds() async throws {
        try await house.gateway().serving { gateway in
            let device = try await gateway.askDevice()
            #expect(try await gateway.poll(device).error == "authorization_pending")
            #expect(try await gateway.poll(device).error == "slow_down")
            gateway.clock.advance(by: .seconds(8))
            #expect(try await gateway.poll(device).error == "slow_down", "it is 10 s now")
            gateway.clock.advance(by: .seconds(15))
            #expect(try await gateway.poll(device).error == "authorization_pending")
            gateway.clock.advance(by: .seconds(600))
            #expect(try await gateway.poll(device).error == "expired_token")
        }
    }

    /// Wrong codes are counted, for whoever types them.
    @Test func codesAreNotGuessed() async throws {
        try await house.gateway().serving { gateway in
            let device = try await gateway.askDevice()
            let person = try OpenedSession(await gateway.signOn())
            for number in 0..<5 {
                let page = try await gateway.showDevice(
                    "BCDFGHJ\("KLMNP".prefix(number + 1).suffix(1))", person.cookie)
                #expect(page.status == 404, "\(page.body)")
                let record = try await gateway.awaitRecord { $0["seq"]?.integer == page.sequence }
                #expect(record?["decision"]?.string == "deny")
                #expect(record?["reason"]?.string?.hasPrefix("user-code-unknown") == true)
            }
            let right = try await gateway.showDevice(device.userCode, person.cookie)
            #expect(right.status == 429 && right.headers["retry-after"] != nil, "\(right.body)")
            let decided = try await gateway.curl(
                "POST", "/device",
                body: "user_code=\(device.userCode)&request=x&decision=approve",
                headers: [person.cookie, gateway.origin], at: gateway.peopleAddress)
            #expect(decided.status == 429)
            house.directory.set("bob", .init())
            let bob = try OpenedSession(await gateway.signOn("bob"))
            #expect(try await gateway.showDevice(device.userCode, bob.cookie).status == 200)
            gateway.clock.advance(by: .seconds(600))
            let other = try await gateway.askDevice()
            #expect(try await gateway.showDevice(other.userCode, person.cookie).status == 200)
        }
    }

    /// Nobody confirms by a page of somebody else's, without a session, or what they were not shown.
    @Test func onlyThePageThatWasShownConfirms() async throws {
        try await house.gateway().serving { gateway in
            let device = try await gateway.askDevice()
            let person = try OpenedSession(await gateway.signOn())
            for headers in [
                [], ["origin: https://evil.example"], ["origin: null"],
                ["sec-fetch-site: cross-site", gateway.origin],
            ] {
                let decided = try await gateway.decide(
                    device.userCode, "approve", person.cookie, headers)
                #expect(decided.status == 403, "\(headers): \(decided.body)")
            }
            let nobody = try await gateway.decide(device.userCode, "approve", "x-none: x")
            #expect(nobody.status == 401)
            let operators = try await gateway.curl(
                "POST", "/device",
                body: "user_code=\(device.userCode)&request=x&decision=approve",
                headers: [person.cookie, gateway.origin], at: gateway.peopleAddress)
            #expect(operators.status == 404, "another request than the one that was shown")
            let get = try await gateway.curl(
                "GET", "/device?user_code=\(device.userCode)&decision=approve",
                headers: [person.cookie], at: gateway.peopleAddress)
            #expect(get.status == 400)
            #expect(try await gateway.poll(device).error == "authorization_pending")
        }
    }

    @Test func whoIsNotSignedOnComesBackAfterwards() async throws {
        try await house.gateway().serving { gateway in
            let device = try await gateway.askDevice()
            let page = try await gateway.browse("/device?user_code=\(device.userCode)")
            #expect(page.status == 303)
            let target = "%2Fdevice%3Fuser_code%3D\(device.userCode)"
            #expect(page.headers["location"] == "/?next=\(target)")
            let form = try await gateway.browse("/?next=\(target)")
            #expect(
                form.body.contains(#"name="next" value="/device?user_code=\#(device.userCode)""#),
                "\(form.body)")
            let on = try await gateway.curl(
                "POST", "/sign-on", body: "user=alice&password=right&next=\(target)",
                headers: [gateway.origin], at: gateway.peopleAddress)
            #expect(on.headers["location"] == "/device?user_code=\(device.userCode)")
            for evil in ["//evil.example", "https://evil.example", "/%5Cevil.example"] {
                let on = try await gateway.curl(
                    "POST", "/sign-on", body: "user=alice&password=right&next=\(evil)",
                    headers: [gateway.origin], at: gateway.peopleAddress)
                #expect(on.headers["location"] == "/", "\(evil)")
            }
        }
    }

    /// The program is signed on as whoever confirms, whoever began it; the page says where it asks from.
    @Test func whoIsElsewhereIsWarned() async throws {
        var outside = WatchQuietly.parts
        outside.providers = [house.directory]
        let gateway = try InProcessGateway(policy: DirectoryFixture.policy, outside: outside) {
            $0.trustedProxies = ["127.0.0.1"]
        }
        try await gateway.serving { gateway in
            let device = try AskedDevice(
                await gateway.curl(
                    "POST", AskedDevice.path, body: "client_id=%3Cb%3Eevil%E2%80%AE",
                    headers: ["x-forwarded-for: 203.0.113.9"], at: gateway.peopleAddress))
            let person = try OpenedSession(await gateway.signOn())
            let page = try await gateway.showDevice(device.userCode, person.cookie)
            #expect(page.body.contains("It is not where you are"), "\(page.body)")
            #expect(page.body.contains("203.0.113.9"))
            #expect(page.body.contains("&lt;b&gt;evil") && !page.body.contains("\u{202E}"))
            let decided = try await gateway.decide(device.userCode, "approve", person.cookie)
            let intent = try await gateway.awaitRecord { $0["seq"]?.integer == decided.sequence }
            #expect(intent?["client"]?["ip"] != nil && intent?["detail"]?["device"]?["ip"] != nil)
        }
    }

    @Test func whatAsksIsHeldToItsForm() async throws {
        try await house.gateway().serving { gateway in
            for (form, status) in [
                ("", 400), ("client_id=", 400), ("client_id=a%0Ab", 400),
                ("client_id=\(String(repeating: "a", count: 101))", 400),
                ("client_id=a&scope=openid", 400), ("client_id=a&provider=nobody", 422),
                ("client_id=a&loopback_port=80&state=s", 400),
                ("client_id=a&loopback_port=99999&state=s", 400),
                ("client_id=a&loopback_port=4000", 400), ("client_id=a&more=x", 200),
            ] {
                let answer = try await gateway.curl(
                    "POST", AskedDevice.path, body: form, at: gateway.peopleAddress)
                #expect(answer.status == status, "\(form): \(answer.body)")
            }
            let service = try await gateway.curl(
                "POST", AskedDevice.path, body: "client_id=a")
            #expect(service.status == 422, "\(service.body)")
            for (form, error) in [
                ("device_code=x", "unsupported_grant_type"), (AskedDevice.grant, "invalid_request"),
                (AskedDevice.grant + "&device_code=x", "invalid_grant"),
                (
                    AskedDevice.grant
                        + "&device_code=mxd_gJebpvFjyDX160ouy3XK512ldG7Z2b2p8onsy5bwlVn3twsnn",
                    "invalid_grant"
                ),
            ] {
                let word = try DeviceWord(
                    await gateway.curl(
                        "POST", AskedDevice.path + "/token", body: form, at: gateway.peopleAddress))
                #expect(word.status == 400 && word.error == error, "\(form): \(word.value)")
            }
        }
    }

    @Test func oneSourceHasFewUnderWay() async throws {
        try await house.gateway().serving { gateway in
            for _ in 0..<16 { _ = try await gateway.askDevice() }
            let more = try await gateway.curl(
                "POST", AskedDevice.path, body: "client_id=a", at: gateway.peopleAddress)
            #expect(more.status == 429 && more.headers["retry-after"] == "600")
        }
    }
}
