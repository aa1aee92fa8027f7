import Auth
import Gateway
import StrictJSON
import Support
import Testing

/// Programs whose persons confirm at the provider's own page: the gateway asks there (RFC 8628), while the program asks here.
@Suite(.timeLimit(.minutes(10))) struct ProviderDeviceTests {
    private static let form = "client_id=maxine&provider=idp&at_provider=true"

    private func begin(
        _ house: OpenIDHouse, _ gateway: InProcessGateway, _ change: [String: String?] = [:]
    ) async throws -> AskedDevice {
        let usual: [String: String?] = [
            "device_code": #""d3vice-c0de""#, "user_code": #""PROV-IDER""#,
            "verification_uri": "\"\(house.server.address)/go\"", "expires_in": "300",
            "interval": "5",
        ]
        let members = usual.merging(change) { $1 }.compactMap { name, value in
            value.map { "\"\(name)\":\($0)" }
        }
        house.server.answer("/device", body: "{\(members.joined(separator: ","))}")
        return try await gateway.askDevice(Self.form)
    }

    private func with(
        _ body: @escaping @Sendable (OpenIDHouse, InProcessGateway) async throws -> Void
    ) async throws {
        try await OpenIDHouse.with { house in
            house.say([
                "device_authorization_endpoint": "\"\(house.server.address)/device\""
            ])
            try await house.gateway { $0.takesDevices = true }.serving { gateway in
                try await body(house, gateway)
            }
        }
    }

    private func say(_ house: OpenIDHouse, _ word: String, status: Int = 400) {
        house.server.answer("/token", .init(status: status, body: #"{"error":"\#(word)"}"#))
    }

    /// Time passes, the program asks, the provider is asked if it is due.
    private func round(
        _ gateway: InProcessGateway, _ device: AskedDevice, after seconds: Int
    ) async throws -> DeviceWord {
        gateway.clock.advance(by: .seconds(seconds))
        let word = try await gateway.poll(device)
        try await gateway.tick(.devices)
        return word
    }

    @Test func whoConfirmsThereIsSignedOnHere() async throws {
        try await with { house, gateway in
            let device = try await begin(house, gateway)
            #expect(device.userCode == "PROV-IDER" && device.complete.isEmpty)
            #expect(device.answer.body.contains(house.server.address + "/go"))
            #expect(!device.answer.body.contains("d3vice-c0de"))
            let asked = try #require(house.server.requests.first { $0.path == "/device" })
            #expect(asked.body.contains("scope=openid") && asked.body.contains("client_id="))
            #expect(asked.authorization?.hasPrefix("Basic ") == true)
            say(house, "authorization_pending")
            #expect(try await round(gateway, device, after: 5).error == "authorization_pending")
            #expect(house.exchanges.count == 1)
            #expect(house.exchanges[0].body.contains("device_code=d3vice-c0de"))
            house.give(house.token(gateway, nonce: nil, ["sid": #""s1""#]))
            #expect(try await round(gateway, device, after: 5).error == "authorization_pending")
            let word = try await round(gateway, device, after: 5)
            #expect(word.status == 200, "\(word.value)")
            #expect(word.value["holder"]?["id"]?.string == "idp/alice")
            #expect(try await gateway.ask(word.bearer).status == 200)
            #expect(try await round(gateway, device, after: 5).error == "invalid_grant")
            #expect(house.exchanges.count == 2, "nobody is asked any more")
            // The provider is asked again as of any session.
            try await gateway.tick(.confirmations)
            say(house, "invalid_grant")
            gateway.clock.advance(by: .seconds(300))
            try await gateway.tick(.confirmations)
            #expect(try await gateway.ask(word.bearer).status == 401)
            for secret in ["d3vice-c0de", "r3fresh-1", "acce55", device.code, "eyJ"] {
                #expect(try !gateway.records().joined().contains(secret))
                #expect(!gateway.logText().contains(secret))
            }
        }
    }

    @Test func theProviderIsAskedAsSlowlyAsItWants() async throws {
        try await with { house, gateway in
            let device = try await begin(house, gateway)
            say(house, "slow_down")
            _ = try await round(gateway, device, after: 4)
            #expect(house.exchanges.isEmpty, "the interval is not over")
            _ = try await round(gateway, device, after: 5)
            #expect(house.exchanges.count == 1)
            say(house, "authorization_pending")
            _ = try await round(gateway, device, after: 5)
            #expect(house.exchanges.count == 1, "it is 10 s now")
            _ = try await round(gateway, device, after: 5)
            #expect(house.exchanges.count == 2)
            house.server.answer("/token", .init(status: 503))
            _ = try await round(gateway, device, after: 10)
            #expect(house.exchanges.count == 3)
            _ = try await round(gateway, device, after: 15)
            #expect(house.exchanges.count == 3, "who does not answer is asked half as often")
            _ = try await round(gateway, device, after: 5)
            #expect(house.exchanges.count == 4)
        }
    }

    /// One request has nobody ask for ten minutes.
    @Test func aProgramThatAsksNoMoreHasNobodyAsked() async throws {
        try await with { house, gateway in
            _ = try await begin(house, gateway)
            say(house, "authorization_pending")
            for _ in 0..<3 {
                gateway.clock.advance(by: .seconds(30))
                try await gateway.tick(.devices)
            }
            #expect(house.exchanges.isEmpty)
        }
    }

    @Test(arguments: ["access_denied", "expired_token", "invalid_grant"])
    func whoIsNotConfirmedThereIsNot(_ word: String) async throws {
        try await with { house, gateway in
            let device = try await begin(house, gateway)
            say(house, word)
            _ = try await round(gateway, device, after: 5)
            let end = try await round(gateway, device, after: 5)
            #expect(end.error == "access_denied")
            let record = try await gateway.awaitRecord {
                $0["reason"]?.string?.contains(word) == true
            }
            #expect(record?["decision"]?.string == "deny", "\(record ?? .null)")
        }
    }

    /// Its word is held to the rules of any sign-on, and no nonce was sent.
    @Test func whatItSaysIsJudged() async throws {
        try await with { house, gateway in
            for (change, why) in [
                (["aud": #""other""#], "token_audience"), (["nonce": #""n""#], "nonce"),
                (["iss": #""https://other.example""#], "token_issuer"),
                (["exp": "1000"], "token_expired"), (["at_hash": #""AAAA""#], "at_hash"),
            ] as [([String: String?], String)] {
                let device = try await begin(house, gateway)
                house.give(house.token(gateway, nonce: nil, change))
                _ = try await round(gateway, device, after: 5)
                #expect(
                    try await round(gateway, device, after: 5).error == "access_denied", "\(why)")
                let record = try await gateway.awaitRecord {
                    $0["reason"]?.string?.contains(why) == true
                }
                #expect(record != nil, "\(why)")
            }
        }
    }

    @Test func whatMakesNoSenseIs503() async throws {
        try await with { house, gateway in
            for change in [
                ["device_code": nil], ["user_code": #""a\nb""#], ["interval": #""x""#],
                ["verification_uri": #""http://evil.example/""#], ["verification_uri": nil],
                ["verification_uri": #""javascript:alert(1)""#],
            ] as [[String: String?]] {
                await #expect(throws: TestFault.self, "\(change)") {
                    _ = try await begin(house, gateway, change)
                }
            }
            house.server.answer("/device", .init(status: 400, body: #"{"error":"invalid_scope"}"#))
            let refused = try await gateway.curl(
                "POST", AskedDevice.path, body: Self.form, at: gateway.peopleAddress)
            #expect(refused.status == 503 && refused.body.contains("temporarily_unavailable"))
        }
    }

    /// It is nobody's to begin unless an operator said so.
    @Test func itIsOffUnlessItIsConfigured() async throws {
        try await OpenIDHouse.with { house in
            house.say(["device_authorization_endpoint": "\"\(house.server.address)/device\""])
            try await house.gateway().serving { gateway in
                let answer = try await gateway.curl(
                    "POST", AskedDevice.path, body: Self.form, at: gateway.peopleAddress)
                #expect(
                    answer.status == 422 && answer.body.contains("device_flow"), "\(answer.body)")
                #expect(!house.server.paths.contains("/device"))
            }
        }
    }

    @Test func fewAreUnderWay() async throws {
        try await with { house, gateway in
            for _ in 0..<16 { _ = try await begin(house, gateway) }
            let more = try await gateway.curl(
                "POST", AskedDevice.path, body: Self.form, at: gateway.peopleAddress)
            #expect(more.status == 429, "\(more.body)")
            #expect(house.server.paths.count { $0 == "/device" } == 16, "nor is the provider asked")
        }
    }
}
