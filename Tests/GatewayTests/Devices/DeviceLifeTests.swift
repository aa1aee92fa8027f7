import Gateway
import StrictJSON
import Support
import Testing

/// A program's session hangs on all that the session hangs on by which it was confirmed.
@Suite(.timeLimit(.minutes(10))) struct DeviceLifeTests {
    private let house = DirectoryFixture()

    /// Has somebody confirm a program.
    private func confirmed(
        _ gateway: InProcessGateway, _ cookie: String
    ) async throws -> DeviceWord {
        let device = try await gateway.askDevice()
        let decided = try await gateway.decide(device.userCode, "approve", cookie)
        #expect(decided.status == 200, "\(decided.body)")
        return try await gateway.poll(device)
    }

    @Test func whoIsGoneInTheDirectoryIsGoneThereToo() async throws {
        try await house.gateway().serving { gateway in
            let person = try OpenedSession(await gateway.signOn())
            let word = try await confirmed(gateway, person.cookie)
            try await gateway.tick(.confirmations)
            #expect(try await gateway.ask(word.bearer).status == 200)
            house.directory.set("alice", nil)
            gateway.clock.advance(by: .seconds(300))
            try await gateway.tick(.confirmations)
            #expect(try await gateway.ask(word.bearer).status == 401)
            #expect(try await gateway.ask(person.cookie).status == 401)
        }
    }

    /// Both sessions are asked about with one refresh token that is good once, and each learns what came of it.
    @Test func sessionsOfOneSignOnShareWhatTheProviderGave() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let opened = try await gateway.signOn(at: house)
                let word = try await confirmed(gateway, opened.cookie)
                #expect(word.status == 200, "\(word.value)")
                try await gateway.tick(.confirmations)
                for round in 1...3 {
                    let group = round == 2 ? #"["none"]"# : #"["ops"]"#
                    gateway.clock.advance(by: .seconds(300))
                    house.give(
                        house.token(gateway, nonce: nil, ["groups": group]),
                        more: #","refresh_token":"r3fresh-\#(round + 1)""#)
                    try await gateway.tick(.confirmations)
                    let wanted = round == 2 ? 403 : 200
                    #expect(try await gateway.ask(word.bearer).status == wanted, "round \(round)")
                    #expect(try await gateway.ask(opened.cookie).status == wanted)
                }
                // Signing off in the browser leaves the program its session, and what to ask about it with.
                let off = try await gateway.post(
                    "logout", headers: [opened.cookie, gateway.origin])
                #expect([200, 204].contains(off.status))
                try await gateway.tick(.confirmations)
                #expect(try await gateway.ask(word.bearer).status == 200)
                house.server.answer(
                    "/token", .init(status: 400, body: #"{"error":"invalid_grant"}"#))
                gateway.clock.advance(by: .seconds(300))
                try await gateway.tick(.confirmations)
                #expect(try await gateway.ask(word.bearer).status == 401)
                let shown = house.exchanges.map(\.body).filter { $0.contains("refresh_token=") }
                #expect(Set(shown).count == shown.count, "each token was shown once: \(shown)")
            }
        }
    }

    @Test func aLogoutAtTheProviderEndsBoth() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let opened = try await gateway.signOn(at: house, ["sid": #""s1""#])
                let word = try await confirmed(gateway, opened.cookie)
                let events = #"{"http://schemas.openid.net/event/backchannel-logout":{}}"#
                let token = house.token(
                    gateway, nonce: nil,
                    [
                        "events": events, "jti": #""j1""#, "sub": nil, "sid": #""s1""#,
                        "groups": nil,
                    ])
                let sent = try await gateway.curl(
                    "POST", OpenIDHouse.auth + "/backchannel-logout",
                    options: ["--data-binary", "logout_token=\(token)"],
                    at: gateway.peopleAddress)
                #expect(sent.status == 200, "\(sent.body)")
                #expect(try await gateway.ask(word.bearer).status == 401)
                #expect(try await gateway.ask(opened.cookie).status == 401)
            }
        }
    }

    /// Without a refresh token the provider's word ends by itself, for both.
    @Test func aProgramsSessionEndsNoLater() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let login = try await gateway.begin()
                let end = gateway.clock.nanoseconds / 1_000_000_000 + 900
                house.give(
                    house.token(gateway, nonce: login.nonce, ["exp": String(end)]), more: "")
                let opened = try OpenedLogin(await gateway.callBack(login))
                gateway.clock.advance(by: .seconds(600))
                let word = try await confirmed(gateway, opened.cookie)
                #expect(word.value["expires_in"]?.integer == 300, "\(word.value)")
                gateway.clock.advance(by: .seconds(300))
                #expect(try await gateway.ask(word.bearer).status == 401)
            }
        }
    }

    /// The confirmation is worth what its session is worth when the program comes for it.
    @Test func aSessionThatHasEndedConfirmsNothing() async throws {
        try await house.gateway().serving { gateway in
            let person = try OpenedSession(await gateway.signOn())
            let device = try await gateway.askDevice()
            _ = try await gateway.decide(device.userCode, "approve", person.cookie)
            let off = try await gateway.post("logout", headers: [person.cookie, gateway.origin])
            #expect(off.status == 204)
            let word = try await gateway.poll(device)
            #expect(word.status == 400 && word.error == "access_denied", "\(word.value)")
            let outcome = try await gateway.awaitRecord {
                $0["reason"]?.string?.contains("device_unvouched") == true
            }
            #expect(outcome?["type"]?.string == "outcome")
        }
    }

    @Test func whoMayNotSignOnAnyMoreGetsNoSession() async throws {
        try await house.gateway().serving { gateway in
            house.directory.set("alice", .init(groups: ["ops"]))
            let person = try OpenedSession(await gateway.signOn())
            let device = try await gateway.askDevice()
            _ = try await gateway.decide(device.userCode, "approve", person.cookie)
            try await gateway.reload(
                policy: DirectoryFixture.policy.replacing("corp/visitors", with: "corp/ops"))
            let word = try await gateway.poll(device)
            #expect(word.status == 400 && word.error == "access_denied", "\(word.value)")
        }
    }

    @Test func signingOffEverywhereEndsIt() async throws {
        try await house.gateway().serving { gateway in
            let person = try OpenedSession(await gateway.signOn())
            let word = try await confirmed(gateway, person.cookie)
            let off = try await gateway.post(
                "logout", #"{"everywhere":true}"#, headers: [person.cookie, gateway.origin])
            #expect(off.status == 204, "\(off.body)")
            #expect(try await gateway.ask(word.bearer).status == 401)
        }
    }

    @Test func aStartEndsWhatWasNotConfirmedAndKeepsSessions() async throws {
        let gateway = try house.gateway()
        let left = try await gateway.serving { gateway -> (AskedDevice, DeviceWord) in
            let person = try OpenedSession(await gateway.signOn())
            let word = try await confirmed(gateway, person.cookie)
            return (try await gateway.askDevice(), word)
        }
        try await house.gateway(on: gateway).serving { gateway in
            let later = try await gateway.poll(left.0)
            #expect(later.error == "invalid_grant")
            #expect(try await gateway.ask(left.1.bearer).status == 200)
        }
    }

    /// The provider that a program names is the one that its person must be of.
    @Test func theProviderThatIsAskedForCounts() async throws {
        try await OpenIDHouse.with { house in
            let directory = TestDirectory()
            var outside = WatchQuietly.parts
            outside.providers = [directory]
            let settings = try house.settings()
            let gateway = try InProcessGateway(
                policy: DirectoryFixture.policy, outside: outside
            ) {
                $0.openIDProviders = [settings]
                $0.people.address = OpenIDHouse.address
            }
            try await gateway.serving { gateway in
                let device = try await gateway.askDevice("client_id=a&provider=idp")
                #expect(
                    device.complete
                        == OpenIDHouse.address
                        + "/device?user_code=\(device.userCode)&provider=idp")
                let path = String(device.complete.dropFirst(OpenIDHouse.address.count))
                let away = try await gateway.browse(path)
                #expect(away.status == 303)
                let place = away.headers["location"] ?? ""
                #expect(
                    place.hasPrefix(OpenIDHouse.auth + "?next=%2Fdevice%3Fuser_code"), "\(place)")
                let person = try OpenedSession(await gateway.signOn())
                let page = try await gateway.showDevice(device.userCode, person.cookie)
                #expect(page.body.contains("somebody of <strong>idp</strong>"), "\(page.body)")
                #expect(!page.body.contains(#"value="approve""#))
                let decided = try await gateway.decide(device.userCode, "approve", person.cookie)
                #expect(decided.status == 409, "\(decided.body)")
                let opened = try await gateway.signOn(at: house)
                let right = try await gateway.decide(device.userCode, "approve", opened.cookie)
                #expect(right.status == 200)
                #expect(
                    try await gateway.poll(device).value["holder"]?["id"]?.string == "idp/alice")
            }
        }
    }
}
