import Policy
import Support
import Testing

@testable import Auth

/// What the claims of a well-signed token must say.
@Suite struct TokenClaimTests {
    let fixture = TokenFixture()

    @Test(
        arguments: [
            (["nonce": #""n""#], "token_purpose"), (["at_hash": #""n""#], "token_purpose"),
            (["events": "{}"], "token_purpose"), (["htm": #""GET""#], "token_purpose"),
            (["typ": #""ID""#], "token_purpose"), (["typ": #""Refresh""#], "token_purpose"),
            (["token_use": #""id""#], "token_purpose"), (["typ": #""Bearer""#], "ok"),
            (["iss": #""https://idp.example/""#], "token_issuer"),
            (["iss": #""HTTPS://idp.example""#], "token_issuer"), (["iss": nil], "token_issuer"),
            (["iss": #"["https://idp.example"]"#], "token_issuer"),
            (["aud": #"["other","maxine"]"#], "ok"), (["aud": #"["maxine2"]"#], "token_audience"),
            (["aud": #""maxin""#], "token_audience"), (["aud": #""Maxine""#], "token_audience"),
            (["aud": #"["maxine",5]"#], "token_audience"), (["aud": nil], "token_audience"),
            (["aud": #"{"maxine":1}"#], "token_audience"), (["aud": "[]"], "token_audience"),
            (["exp": nil], "token_time_malformed"),
            (["exp": #""1763900300""#], "token_time_malformed"),
            (["exp": "1763900300.0"], "token_time_malformed"),
            (["exp": "1e400"], "token_time_malformed"), (["exp": "-1"], "token_time_malformed"),
            (["exp": "9223372036854775807"], "token_time_malformed"),
            (["exp": "99999999999999999999"], "token_time_malformed"),
            (["exp": "true"], "token_time_malformed"), (["exp": "null"], "token_time_malformed"),
            (["exp": "253402300799"], "ok"),
            (["exp": "1763899940"], "token_expired"), (["exp": "1763899941"], "ok"),
            (["nbf": "1763900061"], "token_not_yet_valid"), (["nbf": "1763900060"], "ok"),
            (["nbf": #""0""#], "token_time_malformed"),
            (["iat": "1763900061"], "token_issued_at"), (["iat": "9999999999"], "token_issued_at"),
            (["sub": nil], "token_subject"), (["sub": #""""#], "token_subject"),
            (["sub": #""al\u0000ice""#], "token_subject"), (["sub": "5"], "token_subject"),
            (["sub": "\"\u{7f}\""], "token_subject"), (["sub": #""al\nice""#], "token_subject"),
            (["_claim_names": #"{"groups":"src1"}"#], "token_groups_overage"),
            (["hasgroups": "true"], "token_groups_overage"),
            (["groups": #"{"a":1}"#], "token_claims"), (["groups": #"["a",1]"#], "token_claims"),
            (["cnf": #"{"x5t#S256":"AAAA"}"#], "token_binding"),
            (["cnf": #"{"jkt":"x"}"#], "token_binding"),
            (["cnf": "null"], "token_binding"), (["cnf": "{}"], "token_binding"),
        ] as [([String: String?], String)])
    func judgesClaims(_ change: [String: String?], _ expected: String) throws {
        let authenticator = try fixture.authenticator()
        #expect(authenticator.outcome(fixture.token(change)) == expected, "\(change)")
    }

    @Test func aTokenOfTheEndOfTimeIsGoodUntilTheEndOfOurs() throws {
        guard
            case .principal(_, let until, _, _, _) = try fixture.authenticator().judge(
                fixture.token(["exp": "253402300799"]))
        else {
            Issue.record("refused")
            return
        }
        #expect(until == .max)
    }

    @Test func anIssuersRulesBindItsTokens() throws {
        let bound = try fixture.authenticator { issuer in
            issuer.subjects = [ClaimGlob("repo:org/*:ref:refs/heads/main")]
            issuer.claims = [
                BoundClaim(
                    ClaimPath("environment"), [ClaimGlob("prod"), ClaimGlob("stage-*")])
            ]
            issuer.authorizedParties = ["ci"]
            issuer.maxAgeSeconds = 100
        }
        let good: [String: String?] = [
            "sub": #""repo:org/app:ref:refs/heads/main""#, "environment": #""stage-1""#,
            "azp": #""ci""#,
        ]
        let rows: [([String: String?], String)] = [
            ([:], "ok"),
            (["sub": #""repo:org/app:ref:refs/heads/main2""#], "token_claims"),
            (["sub": #""repo:other/app:ref:refs/heads/main""#], "token_claims"),
            (["environment": #""production""#], "token_claims"),
            (["environment": nil], "token_claims"),
            (["environment": #"["dev","prod"]"#], "ok"),
            (["azp": #""evil""#], "token_authorized_party"),
            (["azp": nil], "token_authorized_party"), (["azp": nil, "client_id": #""ci""#], "ok"),
            (["iat": "1763899800"], "token_issued_at"), (["iat": nil], "token_issued_at"),
        ]
        for (change, expected) in rows {
            let token = fixture.token(good.merging(change) { $1 })
            #expect(bound.outcome(token) == expected, "\(change)")
        }
    }

    @Test func aTokenIsGoodForNoLongerThanItsAgeAllows() throws {
        let young = try fixture.authenticator { $0.maxAgeSeconds = 100 }
        guard case .principal(_, let until, _, _, _) = young.judge(fixture.token()) else {
            Issue.record("refused")
            return
        }
        #expect(until == (TokenFixture.now - 5 + 100 + 60) * 1_000_000_000)
    }

    /// What else binds it is not known here, and is not left out.
    @Test func aTokenThatIsBoundByMoreIsRefused() throws {
        let digest = Base64URL.encode([UInt8](repeating: 7, count: 32))
        let authenticator = try fixture.authenticator()
        let one = fixture.token(["cnf": #"{"x5t#S256":"\#(digest)"}"#])
        #expect(authenticator.outcome(one) == "ok")
        let two = fixture.token(["cnf": #"{"x5t#S256":"\#(digest)","jkt":"x"}"#])
        #expect(authenticator.outcome(two) == "token_binding")
    }

    @Test func aBoundTokenSaysWhichCertificateItIsBoundTo() throws {
        let digest = [UInt8](repeating: 7, count: 32)
        let confirmation = #"{"x5t#S256":"\#(Base64URL.encode(digest))"}"#
        let token = fixture.token(["cnf": confirmation])
        guard case .principal(_, _, let conditions, _, _) = try fixture.authenticator().judge(token)
        else {
            Issue.record("refused")
            return
        }
        #expect(conditions.certificateSHA256 == digest)
        #expect(conditions.refusal(of: nil) == .token(.binding))
        let strict = try fixture.authenticator { $0.requiresBinding = true }
        #expect(strict.outcome(token) == "ok")
        #expect(strict.outcome(fixture.token()) == "token_binding")
    }

    @Test func mapsClaimsToUserGroupsAndRoles() throws {
        let authenticator = try fixture.authenticator { issuer in
            issuer.mapping.user = ClaimPath("preferred_username")
            issuer.mapping.groups = ClaimPath("/realm_access/groups")
            issuer.mapping.groupsPrefix = "mx-"
            issuer.mapping.groupsAllowed = [ClaimGlob("op*"), ClaimGlob("dev")]
            issuer.mapping.roles = ClaimPath("/a~1b/~0roles")
            issuer.mapping.rolesAllowed = ["viewer", "operator"]
        }
        let principal = try #require(
            authenticator.principal(
                fixture.token([
                    "preferred_username": #""al""#, "groups": #"["boss"]"#,
                    "realm_access": #"{"groups":["mx-ops","mx-hr","dev","no-dev","mx-"]}"#,
                    "a/b": #"{"~roles":["admin","operator","op*"]}"#,
                ])))
        #expect(principal.id == "idp/al")
        #expect(principal.membership?.provider == "idp")
        #expect(principal.membership?.groups == ["ops"])
        #expect(principal.directRoles == ["operator"])
        let claims = principal.oidcClaims.map { "\($0.claim)=\($0.value)" }
        #expect(claims.contains("/realm_access/groups=mx-hr"))
        #expect(claims.contains("/a~1b/~0roles=admin"))
        #expect(claims.contains("sub=alice"))
        #expect(principal.oidcClaims.allSatisfy { $0.issuer == "https://idp.example" })
    }

    /// A policy may leave a provider's name out while there is one.
    @Test func aUserKnowsWhetherItsProviderIsTheOnlyOne() throws {
        let issuers = ["idp", "ci"].map { name in
            TokenIssuer(
                name: name, issuer: "https://\(name).example", audiences: ["maxine"],
                keys: .file(""))
        }
        for (providers, expected) in [(Array(issuers.prefix(1)), true), (issuers, false)] {
            let authenticator = TokenFixture.authenticator(providers)
            try TokenFixture.give(
                TestTokens.set(fixture.mint.jwk()), to: "idp", of: authenticator)
            let principal = try #require(authenticator.principal(fixture.token()))
            #expect(principal.membership?.isOnlyProvider == expected)
        }
    }

    @Test func oneTextIsAListOfOne() throws {
        let principal = try #require(
            try fixture.authenticator().principal(fixture.token(["groups": #""ops""#])))
        #expect(principal.membership?.groups == ["ops"])
        #expect(principal.directRoles == [])
    }

    @Test func rolesThatNobodyAllowedAreNotGiven() throws {
        let authenticator = try fixture.authenticator { $0.mapping.roles = ClaimPath("roles") }
        let principal = try #require(
            authenticator.principal(fixture.token(["roles": #"["admin","viewer"]"#])))
        #expect(principal.directRoles == [])
    }

    @Test func aClaimCanNotPassForAnotherByItsName() throws {
        let principal = try #require(
            try fixture.authenticator().principal(
                fixture.token(["/realm/roles": #""boss""#, "realm": #"{"roles":"clerk"}"#])))
        let values = principal.oidcClaims.filter { $0.claim == "/realm/roles" }.map(\.value)
        #expect(values == ["clerk"])
    }

    @Test func anIssuerMaySpeakForServices() throws {
        let authenticator = try fixture.authenticator { issuer in
            issuer.mapping.service = ServiceMapping(
                name: ClaimPath("/kubernetes.io/serviceaccount/name"),
                namespace: ClaimPath("/kubernetes.io/namespace"))
        }
        let account = #"{"namespace":"shop","serviceaccount":{"name":"web","uid":"1"}}"#
        let principal = try #require(
            authenticator.principal(fixture.token(["kubernetes.io": account])))
        #expect(principal.kind == .service)
        #expect(principal.id == "spiffe://maxine.local/ns/shop/dc/dc1/svc/web")
        #expect(principal.service?.service == "web")
        #expect(principal.service?.namespace == "shop")
        for account in [
            #"{"namespace":"shop"}"#, #"{"namespace":"a/b","serviceaccount":{"name":"web"}}"#,
            #"{"namespace":"..","serviceaccount":{"name":"web"}}"#,
            #"{"namespace":"","serviceaccount":{"name":"web"}}"#,
        ] {
            let outcome = authenticator.outcome(fixture.token(["kubernetes.io": account]))
            #expect(outcome == "token_subject", "\(account)")
        }
    }

    @Test(arguments: [
        ("a*", "abc", true), ("a*", "a", true), ("a*", "ba", false), ("*", "", true),
        ("a*b*c", "aXbYc", true), ("a*b*c", "abc", true), ("a*b*c", "acb", false),
        ("a*bc", "abcbc", true), ("ab*ba", "aba", false), ("a", "a*", false), ("a", "A", false),
        ("**", "x", true), ("*x*", "axb", true), ("\u{e9}", "e\u{301}", false),
    ])
    func aStarStandsForAnyCharacters(_ pattern: String, _ text: String, _ expected: Bool) {
        #expect(ClaimGlob(pattern).matches(text) == expected)
    }
}
