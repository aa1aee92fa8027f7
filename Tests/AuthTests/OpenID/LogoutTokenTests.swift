import Support
import Testing

@testable import Auth

/// Logout tokens (OpenID Connect Back-Channel Logout 1.0 section 2.6).
struct LogoutTokenTests {
    private let fixture = OpenIDFixture()
    private static let now = OpenIDFixture.now
    private static let events = #"{"http://schemas.openid.net/event/backchannel-logout":{}}"#

    private func outcome(
        _ change: [String: String?] = [:], type: String? = "logout+jwt", by mint: TestTokens? = nil
    ) throws -> String {
        let usual = ["events": Self.events, "jti": #""j1""#, "sid": #""s1""#] as [String: String?]
        let type = type.map { #","typ":"\#($0)""# } ?? ""
        let token = (mint ?? fixture.mint).token(
            header: #"{"alg":"ES256","kid":"k1"\#(type)}"#,
            claims: TestTokens.claims(Self.now, usual.merging(change) { $1 }))
        return try outcome(of: token)
    }

    private func outcome(of token: String) throws -> String {
        do {
            let word = try fixture.verifier().judge(
                logoutToken: Array(token.utf8), nowSeconds: Self.now)
            return "\(word.subject ?? "-")/\(word.session ?? "-")/\(word.tokenID)"
        } catch let refusal as TokenRefusal {
            return refusal.code
        }
    }

    @Test func aSoundOneNamesASessionOrAPerson() throws {
        #expect(try outcome() == "alice/s1/j1")
        #expect(try outcome(type: "JWT") == "alice/s1/j1", "as glewlwyd has it")
        #expect(try outcome(["sid": nil]) == "alice/-/j1")
        #expect(try outcome(["sub": nil]) == "-/s1/j1")
        #expect(try outcome(["exp": nil]) == "alice/s1/j1")
    }

    private static let bad: [(String, String?, String)] = [
        ("nonce", #""n""#, "token_purpose"), ("events", nil, "token_purpose"),
        ("events", "{}", "token_purpose"),
        (
            "events", #"{"http://schemas.openid.net/event/backchannel-logout":true}"#,
            "token_purpose"
        ),
        ("events", #"["http://schemas.openid.net/event/backchannel-logout"]"#, "token_purpose"),
        ("iss", #""https://other.example""#, "token_issuer"),
        ("aud", #""other""#, "token_audience"),
        ("jti", nil, "token_claims"), ("jti", #""""#, "token_claims"),
        ("iat", nil, "token_time_malformed"), ("iat", String(now - 181), "token_issued_at"),
        ("iat", String(now + 61), "token_issued_at"), ("exp", String(now - 60), "token_expired"),
        ("exp", #""x""#, "token_time_malformed"), ("sub", "1", "token_subject"),
    ]

    @Test(arguments: bad) func refuses(claim: String, value: String?, why: String) throws {
        #expect(try outcome([claim: value]) == why)
    }

    @Test func oneThatNamesNobodyOrIsNotSignedIsNone() throws {
        #expect(try outcome(["sub": nil, "sid": nil]) == "token_subject")
        #expect(try outcome(by: TestTokens(keyID: "k1")) == "token_signature")
        #expect(try outcome(type: "at+jwt") == "token_type")
        let claims = TestTokens.claims(
            Self.now, ["events": Self.events, "jti": #""j""#])
        let unsigned = TestTokens.body(header: #"{"alg":"none"}"#, claims: claims) + "."
        #expect(try outcome(of: unsigned) == "token_not_compact")
        let none = TestTokens.body(header: #"{"alg":"none"}"#, claims: claims) + ".AAAA"
        #expect(try outcome(of: none) == "token_algorithm")
        #expect(try outcome(of: fixture.token()) == "token_purpose", "an ID token is none")
    }
}
