import Gateway
import StrictJSON
import Support
import Testing

/// The life of an API key over real connections, from the answer that shows it to its end.
@Suite(.timeLimit(.minutes(10))) struct KeyLifeTests {
    private func gateway() throws -> InProcessGateway {
        try InProcessGateway(policy: KeyPolicy.text)
    }

    @Test func aKeySpeaksForItsRequestWhateverTheCertificateBesideIt() async throws {
        try await gateway().serving { gateway in
            let made = try await gateway.makeKey(#""name":"ci","scopes":["registry:read"]"#)
            #expect(made.answer.status == 201)
            #expect(made.text.hasPrefix("mxk_\(made.id)_"))
            let used = try await gateway.use(made.text)
            #expect(used.status == 200)
            let record = try gateway.record(of: used)
            #expect(record["principal"]?["kind"]?.string == "key")
            #expect(record["principal"]?["id"]?.string == made.id)
            #expect(record["principal"]?["auth"]?.string == "api_key")
            #expect(record["principal"]?["roles"] == .array([.string("viewer")]))
            // The operator may register, the key that he shows beside his certificate may not.
            let refused = try await gateway.use(
                made.text, "PUT", "/api/maxine/services/api/instances/a",
                body: #"{"address":"10.0.0.7","port":80}"#)
            #expect(refused.status == 403)
            #expect(refused.body.contains(made.id) && refused.body.contains("no role allows it"))
            let bearer = try await gateway.curl(
                "GET", InProcessGateway.status, headers: ["Authorization: Bearer \(made.text)"])
            #expect(bearer.status == 200)
        }
    }

    @Test func aKeyIsShownAndListedWithoutItsSecret() async throws {
        try await gateway().serving { gateway in
            let first = try await gateway.makeKey(#""name":"one","scopes":["registry:read"]"#)
            let second = try await gateway.makeKey()
            let shown = try await gateway.curl("GET", "\(InProcessGateway.keys)/\(first.id)")
            let value = try StrictJSON.parse(Array(shown.body.utf8))
            #expect(value["name"]?.string == "one")
            #expect(value["state"]?.string == "live")
            #expect(value["owner"]?["id"]?.string == "spiffe://maxine.local/operator/operator")
            #expect(value["lastUsedAt"] == nil)
            #expect(value["key"] == nil && !shown.body.contains(first.secret))
            _ = try await gateway.use(first.text)
            let again = try await gateway.curl("GET", "\(InProcessGateway.keys)/\(first.id)")
            #expect(again.body.contains("lastUsedAt"))
            let page = try await gateway.curl("GET", "\(InProcessGateway.keys)?limit=1")
            let list = try StrictJSON.parse(Array(page.body.utf8))
            let next = try #require(list["next"]?.string)
            let rest = try await gateway.curl(
                "GET", "\(InProcessGateway.keys)?limit=1&next=\(next)")
            #expect(!rest.body.contains("\"next\""))
            for id in [first.id, second.id] { #expect((page.body + rest.body).contains(id)) }
            let unknown = try await gateway.curl("GET", "\(InProcessGateway.keys)/00000000")
            #expect(unknown.status == 404)
        }
    }

    @Test func aRevokedKeyIsRefusedOnTheNextRequest() async throws {
        try await gateway().serving { gateway in
            let made = try await gateway.makeKey()
            #expect(try await gateway.use(made.text).status == 200)
            let path = "\(InProcessGateway.keys)/\(made.id)"
            #expect(try await gateway.curl("DELETE", path).status == 204)
            let refused = try await gateway.use(made.text)
            #expect(refused.status == 401)
            let record = try gateway.record(of: refused)
            #expect(record["gate"]?.string == "authn")
            #expect(
                record["reason"]?.string?.hasSuffix("key_revoked: API key \(made.id) is revoked")
                    == true)
            #expect(try await gateway.curl("DELETE", path).status == 204, "again is as good")
            let shown = try await gateway.curl("GET", path)
            #expect(shown.body.contains(#""state":"revoked""#))
            let none = try await gateway.curl("DELETE", "\(InProcessGateway.keys)/00000000")
            #expect(none.status == 404)
        }
    }

    @Test func theClassicNamesDoTheSame() async throws {
        try await gateway().serving { gateway in
            let answer = try await gateway.curl(
                "POST", "\(InProcessGateway.keys)/generate",
                body: #"{"name":"ci","scopes":["registry:read"]}"#)
            let made = try MadeKey(answer)
            #expect(made.answer.status == 201)
            let good = try await validated(made.text, at: gateway)
            #expect(good.hasPrefix(#"{"valid":true,"key":{"id":"\#(made.id)","name":"ci""#))
            #expect(!good.contains(made.secret))
            let other = made.text.dropLast(50) + "x" + made.text.suffix(49)
            for text in [String(other), "mxk_", "", made.id] {
                #expect(try await validated(text, at: gateway) == #"{"valid":false}"#)
            }
            let revoked = try await gateway.curl(
                "POST", "\(InProcessGateway.keys)/revoke", body: #"{"key":"\#(made.text)"}"#)
            #expect(revoked.status == 204)
            #expect(try await gateway.use(made.text).status == 401)
            #expect(try await validated(made.text, at: gateway) == #"{"valid":false}"#)
            for body in ["{}", #"{"id":"short"}"#, #"{"id":"0aB1cD2e","key":"mxk_"}"#] {
                let bad = try await gateway.curl(
                    "POST", "\(InProcessGateway.keys)/revoke", body: body)
                #expect(bad.status == 400)
            }
            let log = try JournalFiles(of: gateway.folder).records().joined()
            #expect(!log.contains(made.secret))
        }
    }

    private func validated(
        _ text: String, at gateway: InProcessGateway
    ) async throws -> String {
        let answer = try await gateway.curl(
            "POST", "\(InProcessGateway.keys)/validate", body: #"{"key":"\#(text)"}"#)
        #expect(answer.status == 200)
        return answer.body
    }

    @Test func answersToAKeyThatEndsSoonSayWhen() async throws {
        try await gateway().serving { gateway in
            let made = try await gateway.makeKey(#""scopes":["registry:read"],"ttlSeconds":100"#)
            #expect(try await gateway.use(made.text).headers["x-api-key-expires"] == nil)
            gateway.clock.advance(by: .seconds(80))
            let soon = try await gateway.use(made.text)
            #expect(soon.status == 200)
            let shown = try StrictJSON.parse(Array(made.answer.body.utf8))["expiresAt"]?.string
            #expect(soon.headers["x-api-key-expires"] == shown && shown != nil)
        }
    }

    @Test func aKeyMayNotLiveLongerThanIsConfigured() async throws {
        let gateway = try InProcessGateway(policy: KeyPolicy.text) {
            $0.identity.apiKeySecondsMax = 3_600
        }
        try await gateway.serving { gateway in
            let refused = try await gateway.curl(
                "POST", InProcessGateway.keys, body: #"{"scopes":["x"],"ttlSeconds":3601}"#)
            #expect(refused.status == 422)
            #expect(refused.body.contains("auth.api_key_ttl_max"))
        }
    }

    @Test func noKeyMakesOrRotatesAKey() async throws {
        try await gateway().serving { gateway in
            let made = try await gateway.makeKey(#""scopes":["everything"]"#)
            #expect(try await gateway.use(made.text, "GET", InProcessGateway.keys).status == 200)
            let minted = try await gateway.use(
                made.text, "POST", InProcessGateway.keys, body: #"{"scopes":["everything"]}"#)
            #expect(minted.status == 403)
            #expect(minted.body.contains("only a session or a certificate makes API keys"))
            let rotated = try await gateway.use(
                made.text, "POST", "\(InProcessGateway.keys)/\(made.id)/rotate")
            #expect(rotated.status == 403)
        }
    }

    @Test func aKeyFallsWithItsOwner() async throws {
        try await gateway().serving { gateway in
            let made = try await gateway.makeKey(#""scopes":["everything"]"#)
            #expect(try await gateway.use(made.text, "GET", InProcessGateway.keys).status == 200)
            try await gateway.reload(policy: KeyPolicy.demoted)
            let refused = try await gateway.use(made.text, "GET", InProcessGateway.keys)
            #expect(refused.status == 403)
            #expect(refused.body.contains("no role of the key's owner allows it"))
        }
    }

    @Test func aServicesKeyActsAsTheServiceDoes() async throws {
        try await gateway().serving { gateway in
            try await gateway.issue("web")
            #expect(try await gateway.register("api", "a").status == 201)
            #expect(try await gateway.register("db", "a").status == 201)
            let made = try await gateway.makeKey(#""scopes":["serve"]"#, as: "web")
            let found = try await gateway.use(made.text, "GET", "/api/maxine/discover/api")
            #expect(found.status == 200, "\(found.body)")
            let refused = try await gateway.use(made.text, "GET", "/api/maxine/discover/db")
            #expect(refused.status == 403)
            #expect(refused.body.contains("gate intention"))
        }
    }
}
