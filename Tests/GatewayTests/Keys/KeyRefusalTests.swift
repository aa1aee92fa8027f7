import StrictJSON
import Support
import Testing

/// Keys that are none: one answer, a record that says why, and no look at the store for what has no right checksum.
@Suite(.timeLimit(.minutes(10))) struct KeyRefusalTests {
    private func gateway() throws -> InProcessGateway {
        try InProcessGateway(policy: KeyPolicy.text)
    }

    /// The body without what differs by the record's number.
    private func body(_ answer: CurlAnswer) -> String {
        answer.body.replacing(#/\d+/#, with: "N")
    }

    @Test func everyBadKeyGetsOneAnswerAndItsRecordSaysWhy() async throws {
        try await gateway().serving { gateway in
            let made = try await gateway.makeKey()
            let other = try await gateway.makeKey()
            let rotated = try await gateway.curl(
                "POST", "\(InProcessGateway.keys)/\(other.id)/rotate", body: #"{"graceSeconds":0}"#)
            #expect(rotated.status == 200)
            let revoked = try await gateway.makeKey()
            _ = try await gateway.curl("DELETE", "\(InProcessGateway.keys)/\(revoked.id)")
            let bound = try await gateway.makeKey(
                #""scopes":["registry:read"],"cidrs":["10.0.0.0/8"]"#)
            let changed = made.text.dropLast() + (made.text.hasSuffix("0") ? "1" : "0")
            let bad = [
                (String(changed), "key_malformed"), (made.text + made.text, "key_malformed"),
                ("x", "key_malformed"), (other.text, "key_wrong_secret"),
                (revoked.text, "key_revoked"), (bound.text, "key_address"),
                (KeyRefusalTests.unknown, "key_unknown"),
            ]
            var bodies: Set<String> = []
            for (key, code) in bad {
                let answer = try await gateway.use(key)
                #expect(answer.status == 401, "\(code)")
                #expect(answer.headers["www-authenticate"] == "Bearer")
                bodies.insert(body(answer))
                let record = try gateway.record(of: answer)
                #expect(record["reason"]?.string?.contains(": \(code): ") == true)
                #expect(record["principal"]?["kind"]?.string == "anonymous")
            }
            #expect(bodies.count == 1, "\(bodies)")
        }
    }

    /// A key of another gateway: its checksum is right.
    private static let unknown = "mxk_0aB1cD2e_" + String(repeating: "0", count: 43) + "2F6fpc"

    @Test func twoCredentialsAreRefused() async throws {
        try await gateway().serving { gateway in
            let made = try await gateway.makeKey()
            for header in ["Authorization: Bearer \(made.text)", "Cookie: __Host-maxine=x"] {
                let answer = try await gateway.curl(
                    "GET", InProcessGateway.status, headers: ["X-API-Key: \(made.text)", header])
                #expect(answer.status == 401)
                #expect(answer.body.contains("one credential"))
            }
        }
    }

    private static let badPlans: [(body: String, status: Int)] = [
        ("", 400), ("[]", 400), (#"{"scopes":[]}"#, 422), (#"{"name":"x"}"#, 422),
        (#"{"scopes":"a"}"#, 400), (#"{"scopes":[1]}"#, 400), (#"{"scopes":["a"],"scope":1}"#, 400),
        (#"{"scopes":["a"],"name":""}"#, 422), (#"{"scopes":["a"],"name":"\u0007"}"#, 422),
        (#"{"scopes":["a"],"cidrs":["10.0.0.0/99"]}"#, 422),
        (#"{"scopes":["a"],"cidrs":["10.0.0.1/8"]}"#, 422),
        (#"{"scopes":["a"],"spiffeId":"x"}"#, 422), (#"{"scopes":["a"],"ttlSeconds":0}"#, 422),
        (#"{"scopes":["a"],"ttlSeconds":31622401}"#, 422),
        (#"{"scopes":["a"],"ttlSeconds":1.5}"#, 400),
        (#"{"scopes":["a"],"notBefore":"tomorrow"}"#, 422),
        (#"{"scopes":["a"],"notBefore":"1999-01-01T00:00:00Z","ttlSeconds":5}"#, 422),
        (#"{"scopes":["a"],"limits":{"perMinute":0}}"#, 422),
        (#"{"scopes":["a"],"limits":{"perDay":1}}"#, 400),
        (#"{"scopes":["a"],"limits":[]}"#, 400),
    ]

    @Test func aBadPlanIsRefusedWithItsPlace() async throws {
        try await gateway().serving { gateway in
            for (body, status) in Self.badPlans {
                let answer = try await gateway.curl("POST", InProcessGateway.keys, body: body)
                #expect(answer.status == status, "\(body): \(answer.body)")
            }
        }
    }

    @Test func aPlanMaySayEverything() async throws {
        try await gateway().serving { gateway in
            let made = try await gateway.makeKey(
                #""name":"ci","scopes":["a","b"],"ttlSeconds":6e1,"notBefore":null,"cidrs":[],"spiffeId":null,"limits":null"#
            )
            #expect(made.answer.status == 201)
        }
    }
}
