import Crypto
@testable import PKI
import Policy
import StrictJSON
import Support
import Testing

/// JWT-SVID sections 2, 3, 5 and 7, and the attacks on JWT verifiers that are known.
@Suite("JWT-SVID verification")
struct JWTSVIDVerifierTests {
    private let fixture: TokenFixture

    init() throws {
        fixture = try TokenFixture()
    }

    @Test func acceptsAGoodTokenAndSaysWhatItSays() throws {
        let token = try fixture.token(claims: fixture.claims(more: ",\"iat\":1795435200"))
        let seen = try fixture.verifier.verify(
            token, audience: "api", nowNanoseconds: TokenFixture.now * 1_000_000_000
        ).get()
        #expect("\(seen.spiffeID)" == "spiffe://maxine.test/ns/default/dc/dc1/svc/web")
        #expect(seen.audience == ["api"])
        #expect(seen.expiresAtSeconds == 1_795_435_500)
        #expect(seen.issuedAtSeconds == 1_795_435_200)
        #expect(seen.claims["sub"]?.string == "\(seen.spiffeID)")
    }

    @Test(arguments: ["none", "HS256", "HS384", "HS512", "EdDSA", "es256", "ES256K", ""])
    func refusesAnyOtherAlgorithmBeforeAnythingElse(_ name: String) throws {
        let token = try fixture.token(header: "{\"alg\":\"\(name)\"}", claims: "not even JSON")
        #expect(fixture.verdict(token) == "token_algorithm")
    }

    @Test func refusesAnAlgorithmThatTheKeyIsNotFor() throws {
        for name in ["RS256", "PS512", "ES384", "ES512"] {
            let token = try fixture.token(
                header: "{\"alg\":\"\(name)\",\"kid\":\"\(fixture.keyID)\"}")
            #expect(fixture.verdict(token) == "token_key_algorithm")
        }
        #expect(fixture.verdict(try fixture.token()) == "accepted", "no token changes a key")
    }

    @Test func neverTriesAnotherKeyThanTheOneNamed() throws {
        for kid in ["other", "", fixture.keyID + " ", fixture.keyID.uppercased()] {
            let token = try fixture.token(header: "{\"alg\":\"ES256\",\"kid\":\"\(kid)\"}")
            #expect(["token_unknown_key", "token_malformed"].contains(fixture.verdict(token)))
        }
        #expect(
            fixture.verdict(try fixture.token(header: "{\"alg\":\"ES256\"}")) == "token_malformed")
    }

    @Test func refusesAStrangersSignature() throws {
        #expect(fixture.verdict(try fixture.token(key: .init())) == "token_signature")
        let good = try fixture.token().split(separator: ".").map(String.init)
        let other = Base64URL.encode(
            fixture.claims(sub: "\"spiffe://maxine.test/ns/default/dc/dc1/svc/api\"").utf8)
        #expect(
            fixture.verdict([good[0], other, good[2]].joined(separator: ".")) == "token_signature")
        #expect(
            fixture.verdict([good[0], good[1], "AAAA"].joined(separator: ".")) == "token_signature")
    }

    @Test(arguments: [
        "\"crit\":[\"exp\"]", "\"jku\":\"https://evil.test\"", "\"jwk\":{}", "\"x5c\":[]",
        "\"cty\":\"JWT\"",
        "\"b64\":false",
    ])
    func refusesHeadersThatNoJWTSVIDHas(_ member: String) throws {
        let header = "{\"alg\":\"ES256\",\"kid\":\"\(fixture.keyID)\",\(member)}"
        #expect(fixture.verdict(try fixture.token(header: header)) == "token_header")
    }

    @Test func takesTypOnlyAsTheStandardNamesIt() throws {
        for (type, expected) in [
            ("\"JWT\"", "accepted"), ("\"JOSE\"", "accepted"), ("\"at+jwt\"", "token_malformed"),
            ("\"jwt\"", "token_malformed"), ("1", "token_malformed"),
        ] {
            let header = "{\"alg\":\"ES256\",\"kid\":\"\(fixture.keyID)\",\"typ\":\(type)}"
            #expect(fixture.verdict(try fixture.token(header: header)) == expected, "\(type)")
        }
    }

    @Test func refusesDuplicateMembers() throws {
        let header = "{\"alg\":\"none\",\"alg\":\"ES256\",\"kid\":\"\(fixture.keyID)\"}"
        #expect(fixture.verdict(try fixture.token(header: header)) == "token_malformed")
        let twice = fixture.claims(more: ",\"aud\":[\"other\"]")
        #expect(fixture.verdict(try fixture.token(claims: twice)) == "token_malformed")
    }

    @Test func refusesEveryFormButStrictCompactSerialization() throws {
        let good = try fixture.token()
        let parts = good.split(separator: ".").map(String.init)
        for bad in [
            "", ".", "..", "...", good + ".", "." + good, good + "=", good + "\n", " " + good,
            parts[0] + "." + parts[1], good + ".x", parts[0] + "==." + parts[1] + "." + parts[2],
            parts.joined(separator: ". "), "{\"payload\":\"\"}",
            parts[0] + "." + parts[1] + "." + parts[2].dropLast() + "/",
        ] {
            #expect(fixture.verdict(bad) == "token_malformed", "\(bad.prefix(20))")
        }
        #expect(fixture.verdict(String(repeating: "a", count: 8193)) == "token_too_large")
    }

    @Test func needsASubjectThatIsAWorkload() throws {
        for (sub, expected) in [
            ("\"web\"", "token_subject"), ("\"spiffe://maxine.test\"", "token_subject"),
            ("\"SPIFFE://maxine.test/web\"", "token_subject"), ("7", "token_claim"),
            ("\"spiffe://other.test/web\"", "unknown_trust_domain"),
        ] {
            let token = try fixture.token(claims: fixture.claims(sub: sub))
            #expect(fixture.verdict(token) == expected, "\(sub)")
        }
    }

    @Test func needsItsAudience() throws {
        for (aud, expected) in [
            ("\"api\"", "accepted"), ("[\"x\",\"api\"]", "accepted"),
            ("[\"API\"]", "token_audience"),
            ("[]", "token_claim"), ("\"\"", "token_claim"), ("[\"api\",1]", "token_claim"),
            ("null", "token_claim"),
        ] {
            let token = try fixture.token(claims: fixture.claims(aud: aud))
            #expect(fixture.verdict(token) == expected, "\(aud)")
        }
    }

    @Test func endsWithItsExpiry() throws {
        let token = try fixture.token()
        #expect(fixture.verdict(token, at: 1_795_435_499) == "accepted")
        #expect(fixture.verdict(token, at: 1_795_435_500) == "token_expired")
        let without = "{\"sub\":\"spiffe://maxine.test/web\",\"aud\":\"api\"}"
        #expect(fixture.verdict(try fixture.token(claims: without)) == "token_claim")
        for exp in ["\"1795435500\"", "1e400", "[]", "-1", "null"] {
            let verdict = fixture.verdict(try fixture.token(claims: fixture.claims(exp: exp)))
            #expect(["token_claim", "token_expired"].contains(verdict), "\(exp)")
        }
    }

    @Test func startsWithItsNotBefore() throws {
        for (nbf, expected) in [
            ("1795435205", "accepted"), ("1795435206", "token_not_yet_valid"),
        ] {
            for name in ["nbf", "iat"] {
                let claims = fixture.claims(more: ",\"\(name)\":\(nbf)")
                #expect(fixture.verdict(try fixture.token(claims: claims)) == expected)
            }
        }
    }

    @Test func usesOnlyTheBundleOfTheSubjectsTrustDomain() throws {
        let other = P256.Signing.PrivateKey()
        let published = JWTKey(other.publicKey)
        fixture.trust.setBundle(
            try TrustBundle(trustDomain: "other.test", derCertificates: [], jwtKeys: [published]))
        let header = "{\"alg\":\"ES256\",\"kid\":\"\(published.keyID)\"}"
        #expect(
            fixture.verdict(try fixture.token(header: header, key: other)) == "token_unknown_key")
        let foreign = fixture.claims(sub: "\"spiffe://other.test/web\"")
        #expect(
            fixture.verdict(try fixture.token(header: header, claims: foreign, key: other))
                == "accepted")
        #expect(fixture.verdict(try fixture.token(claims: foreign)) == "token_unknown_key")
    }

    @Test func refusesATaintedKeyAtOnce() throws {
        let token = try fixture.token()
        #expect(fixture.verdict(token) == "accepted")
        fixture.trust.setRevocations(RevocationSet(taintedKeyIDs: [fixture.keyID]))
        #expect(fixture.verdict(token) == "tainted")
    }
}
