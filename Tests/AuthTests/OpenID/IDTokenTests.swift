import Foundation
import Support
import Testing

@testable import Auth

/// ID tokens: what is taken, and each way of being no good.
struct IDTokenTests {
    private let fixture = OpenIDFixture()
    private static let now = OpenIDFixture.now

    @Test func aSoundTokenNamesItsSubject() throws {
        #expect(try fixture.outcome(fixture.token()) == "alice")
        #expect(try fixture.outcome(fixture.token(type: nil)) == "alice")
        #expect(try fixture.outcome(fixture.token(["aud": #"["maxine"]"#])) == "alice")
        #expect(
            try fixture.outcome(fixture.token(["azp": #""maxine""#, "aud": #"["x","maxine"]"#]))
                == "alice")
    }

    private static let bad: [(String, String?, String)] = [
        ("iss", nil, "token_issuer"), ("iss", #""https://idp.example/""#, "token_issuer"),
        ("iss", #""https://IDP.example""#, "token_issuer"), ("aud", nil, "token_audience"),
        ("aud", #""maxine2""#, "token_audience"), ("aud", #""max""#, "token_audience"),
        ("aud", #"["x",1]"#, "token_audience"),
        ("aud", #"["maxine","x"]"#, "token_authorized_party"),
        ("azp", #""other""#, "token_authorized_party"), ("azp", "1", "token_authorized_party"),
        ("exp", nil, "token_time_malformed"), ("exp", #""9999999999""#, "token_time_malformed"),
        ("exp", "1e400", "token_time_malformed"), ("exp", "-1", "token_time_malformed"),
        ("exp", String(now - 60), "token_expired"), ("iat", nil, "token_time_malformed"),
        ("iat", String(now + 61), "token_issued_at"), ("iat", String(now - 661), "token_issued_at"),
        ("nbf", String(now + 61), "token_not_yet_valid"), ("sub", nil, "token_subject"),
        ("sub", #""""#, "token_subject"), ("sub", #""a\nb""#, "token_subject"),
        ("sub", "7", "token_subject"), ("nonce", nil, "nonce"), ("nonce", #""other""#, "nonce"),
        ("events", "{}", "token_purpose"), ("htm", #""GET""#, "token_purpose"),
        ("at_hash", #""wrong""#, "at_hash"), ("at_hash", "1", "at_hash"),
        ("c_hash", #""wrong""#, "c_hash"), ("sid", "1", "token_claims"),
    ]

    @Test(arguments: bad) func refuses(claim: String, value: String?, why: String) throws {
        #expect(try fixture.outcome(fixture.token([claim: value])) == "oidc_" + why)
    }

    @Test func theSkewIsAllowedAndNoMore() throws {
        let now = Self.now
        for (claim, good) in [
            ("exp", now - 59), ("iat", now + 60), ("iat", now - 660), ("nbf", now + 60),
        ] {
            #expect(
                try fixture.outcome(fixture.token([claim: String(good)])) == "alice",
                "\(claim) \(good - now)")
        }
    }

    @Test func aTokenForAnotherPurposeIsNone() throws {
        for type in ["at+jwt", "logout+jwt", "dpop+jwt", "application/at+jwt"] {
            #expect(try fixture.outcome(fixture.token(type: type)) == "oidc_token_type")
        }
        #expect(try fixture.outcome(nil) == "oidc_id_token_missing")
    }

    @Test func onlyTheProvidersOwnKeysCount() throws {
        let other = TestTokens(keyID: fixture.mint.keyID)
        let claims = TestTokens.claims(Self.now, ["nonce": #""\#(fixture.ticket.nonce)""#])
        #expect(
            try fixture.outcome(other.token(header: #"{"alg":"ES256","kid":"k1"}"#, claims: claims))
                == "oidc_token_signature")
        let verifier = try fixture.verifier()
        let stranger = TestTokens(keyID: "new")
        #expect(!verifier.keys.isWanted)
        #expect(
            try fixture.outcome(
                stranger.token(header: #"{"alg":"ES256","kid":"new"}"#, claims: claims),
                by: verifier) == "oidc_token_key_unknown")
        #expect(verifier.keys.isWanted)
        for (header, why) in [
            (#"{"alg":"ES256"}"#, "token_key_unknown"),
            (#"{"alg":"none","kid":"k1"}"#, "token_algorithm"),
            (#"{"alg":"HS256","kid":"k1"}"#, "token_algorithm"),
            (#"{"alg":"RS256","kid":"k1"}"#, "token_key_unfit"),
            (#"{"alg":"ES384","kid":"k1"}"#, "token_algorithm"),
            (#"{"alg":"ES256","kid":"k1","crit":["x"]}"#, "token_critical_extension"),
            (#"{"alg":"ES256","kid":"k1","jku":"https://evil"}"#, "token_embedded_key"),
        ] {
            let token = fixture.mint.token(header: header, claims: claims)
            #expect(try fixture.outcome(token) == "oidc_" + why, "\(header)")
        }
        #expect(try fixture.outcome("a.b") == "oidc_token_not_compact")
    }

    /// The halves of the SHA-256 of both, as another program has them.
    @Test func hashesOfTokenAndCodeAreOfTheRightHalf() throws {
        // The example of OpenID Connect Core 1.0, appendix A.4.
        #expect(
            HalfHash.of("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", .rs256)
                == "77QmUPtjPfzWtF2AnpK9RQ")
        #expect(
            HalfHash.of("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk", .rs256)
                == "LDktKdoQak3Pk0cnXxCltA")
        let hash = HalfHash.of(OpenIDFixture.accessToken, .es256)
        let code = HalfHash.of(OpenIDFixture.code, .es256)
        #expect(
            try fixture.outcome(
                fixture.token(["at_hash": #""\#(hash)""#, "c_hash": #""\#(code)""#])) == "alice")
    }

    @Test func howAndWhenThePersonProvedItIsAsked() throws {
        let now = Self.now
        let verifier = try fixture.verifier {
            $0.maxAgeSeconds = 300
            $0.contexts = ["gold", "silver"]
            $0.methods = ["hwk", "otp"]
        }
        let good = ["auth_time": String(now - 300), "acr": #""silver""#, "amr": #"["pwd","otp"]"#]
        func outcome(_ change: [String: String?]) throws -> String {
            try fixture.outcome(
                fixture.token((good as [String: String?]).merging(change) { $1 }), by: verifier)
        }
        #expect(try outcome([:]) == "alice")
        for (claim, value, why) in [
            ("auth_time", nil, "auth_time"), ("auth_time", "0", "auth_time"),
            ("auth_time", String(now - 361), "auth_time"),
            ("auth_time", String(now + 61), "auth_time"),
            ("acr", nil, "acr"), ("acr", #""bronze""#, "acr"), ("acr", #"["gold"]"#, "acr"),
            ("amr", nil, "acr"), ("amr", #"["pwd"]"#, "acr"),
        ] as [(String, String?, String)] {
            #expect(try outcome([claim: value]) == "oidc_" + why, "\(claim) \(value ?? "-")")
        }
    }

    @Test func aRefreshedTokenIsOfTheSamePerson() throws {
        let verifier = try fixture.verifier()
        func subject(_ change: [String: String?]) throws -> String? {
            do {
                return try verifier.judge(
                    refreshed: try OpenIDFixture.answer(idToken: fixture.token(change)),
                    of: "alice", nonce: fixture.ticket.nonce, nowSeconds: Self.now)?.subject
            } catch let refusal as OpenIDRefusal {
                return refusal.code
            }
        }
        #expect(try subject([:]) == "alice")
        #expect(try subject(["nonce": nil]) == "alice")
        #expect(try subject(["nonce": #""other""#]) == "oidc_nonce")
        #expect(try subject(["sub": #""bob""#]) == "oidc_other_person")
        let none = try verifier.judge(
            refreshed: try OpenIDFixture.answer(idToken: nil), of: "alice", nonce: nil,
            nowSeconds: Self.now)
        #expect(none == nil)
    }
}
