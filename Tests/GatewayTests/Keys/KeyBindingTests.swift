import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// What a key hangs on besides its secret: times, addresses, certificates and quotas.
@Suite(.timeLimit(.minutes(10))) struct KeyBindingTests {
    private func gateway() throws -> InProcessGateway {
        try InProcessGateway(policy: KeyPolicy.text)
    }

    /// The answer says that the key is none, and its record says why.
    private func expect(
        _ code: String, of answer: CurlAnswer, _ gateway: InProcessGateway
    ) throws {
        #expect(answer.status == 401)
        let reason = try gateway.record(of: answer)["reason"]?.string ?? ""
        #expect(reason.contains(": \(code): "), "\(reason)")
    }

    @Test func aKeyEndsAtItsTime() async throws {
        try await gateway().serving { gateway in
            let made = try await gateway.makeKey(
                #""scopes":["registry:read"],"ttlSeconds":3600"#)
            #expect(try await gateway.use(made.text).status == 200)
            gateway.clock.advance(by: .seconds(3599))
            #expect(try await gateway.use(made.text).status == 200)
            gateway.clock.advance(by: .seconds(1))
            let late = try await gateway.use(made.text)
            try expect("key_expired", of: late, gateway)
            let shown = try await gateway.curl("GET", "\(InProcessGateway.keys)/\(made.id)")
            #expect(shown.body.contains(#""state":"expired""#))
        }
    }

    /// Nor does a connection that has shown it carry it any longer.
    @Test func aKeyEndsOnItsConnectionToo() async throws {
        try await gateway().serving { gateway in
            let made = try await gateway.makeKey(#""scopes":["registry:read"],"ttlSeconds":10"#)
            let answers = try await Shell.aside {
                let pipe = try TLSPipe(gateway, as: nil, at: gateway.peopleAddress)
                defer { pipe.close() }
                return [0, 9, 1].map { seconds in
                    gateway.clock.advance(by: .seconds(seconds))
                    pipe.send(
                        "GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\n"
                            + "x-api-key: \(made.text)\r\n\r\n")
                    return pipe.answer()
                }
            }
            #expect(answers.map { $0.prefix(12) } == [200, 200, 401].map { "HTTP/1.1 \($0)" })
        }
    }

    @Test func aKeyIsGoodForNinetyDaysAndNotBeforeItBegins() async throws {
        try await gateway().serving { gateway in
            let start = gateway.clock.nanoseconds
            let plain = try StrictJSON.parse(
                Array(try await gateway.makeKey().answer.body.utf8))
            let end = Date(timeIntervalSince1970: Double(start) / 1e9 + 90 * 86_400)
            #expect(plain["expiresAt"]?.string == end.formatted(.iso8601))
            let later = Date(timeIntervalSince1970: Double(start) / 1e9 + 60).formatted(.iso8601)
            let made = try await gateway.makeKey(
                #""scopes":["registry:read"],"notBefore":"\#(later)""#)
            let early = try await gateway.use(made.text)
            try expect("key_not_yet_valid", of: early, gateway)
            gateway.clock.advance(by: .seconds(60))
            #expect(try await gateway.use(made.text).status == 200)
        }
    }

    @Test func aRotatedKeysLastSecretLivesForItsGrace() async throws {
        try await gateway().serving { gateway in
            let made = try await gateway.makeKey()
            let path = "\(InProcessGateway.keys)/\(made.id)/rotate"
            let next = try MadeKey(
                await gateway.curl("POST", path, body: #"{"graceSeconds":60}"#))
            #expect(next.id == made.id && next.text != made.text)
            for key in [made, next] { #expect(try await gateway.use(key.text).status == 200) }
            gateway.clock.advance(by: .seconds(60))
            try expect("key_rotated", of: await gateway.use(made.text), gateway)
            #expect(try await gateway.use(next.text).status == 200)
            let third = try MadeKey(
                await gateway.curl("POST", path, body: #"{"graceSeconds":0}"#))
            try expect("key_wrong_secret", of: await gateway.use(next.text), gateway)
            // Without a word about it there is an overlap.
            let fourth = try MadeKey(await gateway.curl("POST", path))
            for key in [third, fourth] { #expect(try await gateway.use(key.text).status == 200) }
        }
    }

    @Test func onlyItsOwnerRotatesAKey() async throws {
        try await gateway().serving { gateway in
            for service in ["web", "api"] { try await gateway.issue(service) }
            let made = try await gateway.makeKey(#""scopes":["serve"]"#, as: "web")
            let path = "\(InProcessGateway.keys)/\(made.id)"
            for other in ["api", nil] {
                let refused = try await gateway.curl("POST", "\(path)/rotate", as: other)
                #expect(refused.status == 403, "\(refused.body)")
                #expect(refused.body.contains("belongs to its owner"))
            }
            #expect(try await gateway.curl("POST", "\(path)/rotate", as: "web").status == 200)
            #expect(try await gateway.curl("DELETE", path, as: "api").status == 204)
            let over = try await gateway.curl("POST", "\(path)/rotate", as: "web")
            #expect(over.status == 409)
        }
    }

    @Test func aKeyWorksFromItsAddressesOnly() async throws {
        try await gateway().serving { gateway in
            let elsewhere = try await gateway.makeKey(
                #""scopes":["registry:read"],"cidrs":["10.0.0.0/8","192.0.2.7"]"#)
            try expect("key_address", of: await gateway.use(elsewhere.text), gateway)
            let here = try await gateway.makeKey(
                #""scopes":["registry:read"],"cidrs":["10.0.0.0/8","127.0.0.0/8"]"#)
            #expect(try await gateway.use(here.text).status == 200)
        }
    }

    @Test func aKeyWorksBesideItsCertificateOnly() async throws {
        try await gateway().serving { gateway in
            try await gateway.issue("web")
            let made = try await gateway.makeKey(
                #""scopes":["registry:read"],"spiffeId":"spiffe://maxine.local/ns/default/dc/dc1/svc/web""#
            )
            try expect("key_certificate", of: await gateway.use(made.text), gateway)
            #expect(try await gateway.use(made.text, as: "web").status == 200)
        }
    }

    @Test func aKeysQuotasAreItsOwnAndItsAnswersSayThem() async throws {
        try await gateway().serving { gateway in
            let made = try await gateway.makeKey(
                #""scopes":["registry:read"],"limits":{"perMinute":2,"perHour":3}"#)
            let first = try await gateway.use(made.text)
            #expect(
                first.headers["ratelimit-policy"] == #""minute";q=2;w=60, "hour";q=3;w=3600"#)
            #expect(first.headers["ratelimit"] == #""minute";r=1;t=60"#)
            gateway.clock.advance(by: .seconds(10))
            #expect(
                try await gateway.use(made.text).headers["ratelimit"] == #""minute";r=0;t=50"#)
            let over = try await gateway.use(made.text)
            #expect(over.status == 429)
            #expect(over.headers["retry-after"] == "50")
            #expect(over.headers["ratelimit"] == #""minute";r=0;t=50"#)
            gateway.clock.advance(by: .seconds(50))
            // What the minute refused has not been taken from the hour.
            let third = try await gateway.use(made.text)
            #expect(third.status == 200)
            #expect(third.headers["ratelimit"] == #""hour";r=0;t=3540"#)
            let hour = try await gateway.use(made.text)
            #expect(hour.status == 429 && hour.headers["retry-after"] == "3540")
            // A refusal by policy counts, and says so, too.
            let other = try await gateway.makeKey(
                #""scopes":["registry:read"],"limits":{"perHour":5}"#)
            let refused = try await gateway.use(other.text, "GET", InProcessGateway.keys)
            #expect(refused.status == 403)
            #expect(refused.headers["ratelimit"] == #""hour";r=4;t=3600"#)
            let free = try await gateway.use(try await gateway.makeKey().text)
            #expect(free.headers["ratelimit"] == nil)
        }
    }

    @Test func theLastUseIsWrittenOnceAMinuteAndIsThereAfterARestart() async throws {
        let gateway = try gateway()
        let made = try await gateway.serving { gateway in
            let made = try await gateway.makeKey()
            _ = try await gateway.use(made.text)
            gateway.clock.advance(by: .seconds(30))
            _ = try await gateway.use(made.text)
            try await gateway.tick(.keys)
            return made
        }
        let used = Date(timeIntervalSince1970: Double(gateway.clock.nanoseconds) / 1e9)
        try await gateway.serving { gateway in
            gateway.clock.advance(by: .seconds(600))
            let shown = try await gateway.curl("GET", "\(InProcessGateway.keys)/\(made.id)")
            #expect(shown.body.contains("\"lastUsedAt\":\"\(used.formatted(.iso8601))\""))
        }
    }
}
