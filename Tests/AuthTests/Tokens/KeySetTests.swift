import Crypto
import CryptoExtras
import Foundation
import Support
import Testing

@testable import Auth

@Suite struct KeySetTests {
    let mint = TestTokens()

    private func set(_ keys: String...) throws(KeySetFault) -> JSONWebKeySet {
        try JSONWebKeySet(Array((#"{"keys":["# + keys.joined(separator: ",") + "]}").utf8))
    }

    @Test(arguments: [
        #","use":"enc""#, #","key_ops":["encrypt"]"#, #","alg":"ES384""#, #","alg":"RS256""#,
        #","alg":"ECDH-ES""#, #","use":"sig","key_ops":["sign"]"#, #","use":5"#, #","alg":5"#,
        #","key_ops":"verify""#,
    ])
    func leavesOutKeysThatAreNotForVerifying(_ more: String) throws {
        #expect(throws: KeySetFault.self) { try set(mint.jwk(more: more)) }
        // Beside a good one it is merely left out.
        let both = try set(mint.jwk(more: more), TestTokens(keyID: "k2").jwk())
        #expect(both.ignoredCount == 1)
        #expect(both.key(named: "k1") == nil)
        #expect(both.key(named: "k2") != nil)
    }

    /// The same bytes behind one another make the same point; a coordinate has its full length all the same.
    @Test func refusesCoordinatesOfAnotherLength() throws {
        let point = Array(mint.key.publicKey.x963Representation.dropFirst())
        func jwk(_ count: Int) -> String {
            let (x, y) = (point.prefix(count), point.dropFirst(count))
            return #"{"kty":"EC","crv":"P-256","kid":"k1","x":"\#(TestTokens.encode(Array(x)))","#
                + #""y":"\#(TestTokens.encode(Array(y)))"}"#
        }
        #expect(try set(jwk(32)).key(named: "k1") != nil)
        for count in [31, 33] {
            #expect(throws: KeySetFault.self) { try set(jwk(count)) }
        }
    }

    @Test func refusesSetsThatTellASecret() {
        let good = mint.jwk()
        for secret in [
            #"{"kty":"oct","kid":"s","alg":"HS256","k":"AAAA"}"#, #"{"kty":"oct"}"#,
            TestTokens(keyID: "k2").jwk(more: #","d":"AAAA""#),
        ] {
            let fault = #expect(throws: KeySetFault.self) { try set(good, secret) }
            #expect(fault?.description.contains("private or shared key") == true)
        }
    }

    @Test(arguments: [
        ("", "not JSON"), ("[]", "no list"), (#"{"keys":{}}"#, "no list"),
        (#"{"keys":[]}"#, "none of its 0 keys"), (#"{"keys":[1,null]}"#, "none of its 2 keys"),
        (#"{"keys":[],"keys":[]}"#, "not JSON"),
    ])
    func saysWhatIsWrongWithASet(_ text: String, _ expected: String) {
        let fault = #expect(throws: KeySetFault.self) { try JSONWebKeySet(Array(text.utf8)) }
        #expect(fault?.description.contains(expected) == true, "\(fault?.description ?? "")")
    }

    @Test func boundsASet() {
        let many = (0...TokenLimits.keySetKeysMax).map { TestTokens(keyID: "k\($0)").jwk() }
        let text = #"{"keys":["# + many.joined(separator: ",") + "]}"
        #expect(throws: KeySetFault.self) { try JSONWebKeySet(Array(text.utf8)) }
        let long = [UInt8](repeating: UInt8(ascii: " "), count: TokenLimits.keySetBytesMax + 1)
        #expect(throws: KeySetFault.self) { try JSONWebKeySet(long) }
    }

    @Test func leavesOutRSAKeysThatAreNotSound() throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let numbers = try key.publicKey.getKeyPrimitives()
        func jwk(_ n: Data, _ e: Data) -> String {
            #"{"kty":"RSA","kid":"r","n":"\#(TestTokens.encode(n))","e":"\#(TestTokens.encode(e))"}"#
        }
        let (n, e) = (numbers.modulus, numbers.publicExponent)
        #expect(try set(jwk(n, e)).key(named: "r") != nil)
        var even = n
        even[even.endIndex - 1] &= 0xFE
        for (n, e) in [
            (Data([0]) + n, e), (n.dropLast(), e), (even, e), (Data(), e), (n, Data()),
            (n, Data([3])), (n, Data([1, 0, 0])), (n, Data([0, 1, 0, 1])),
            (n, Data(repeating: 1, count: 5)), (Data(repeating: 0xFF, count: 1025), e),
        ] {
            #expect(throws: KeySetFault.self) { try set(jwk(Data(n), e)) }
        }
    }

    @Test func verifiesEveryRSAAlgorithmAndNoOtherDigestOrPadding() throws {
        let rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let numbers = try rsa.publicKey.getKeyPrimitives()
        let keys = try set(
            #"{"kty":"RSA","kid":"r","n":"\#(TestTokens.encode(numbers.modulus))","#
                + #""e":"\#(TestTokens.encode(numbers.publicExponent))"}"#)
        func sign<D: Digest>(_ digest: D, _ padding: _RSA.Signing.Padding) throws -> Data {
            try rsa.signature(for: digest, padding: padding).rawRepresentation
        }
        let ways: [(name: String, sign: (Data) throws -> Data)] = [
            ("RS256", { try sign(SHA256.hash(data: $0), .insecurePKCS1v1_5) }),
            ("RS384", { try sign(SHA384.hash(data: $0), .insecurePKCS1v1_5) }),
            ("RS512", { try sign(SHA512.hash(data: $0), .insecurePKCS1v1_5) }),
            ("PS256", { try sign(SHA256.hash(data: $0), .PSS) }),
            ("PS384", { try sign(SHA384.hash(data: $0), .PSS) }),
            ("PS512", { try sign(SHA512.hash(data: $0), .PSS) }),
        ]
        for named in ways {
            for way in ways {
                let isGood = accepts(named.name, "r", keys, way.sign)
                #expect(isGood == (named.name == way.name), "\(named.name) signed as \(way.name)")
            }
        }
    }

    @Test func verifiesTheOtherCurves() throws {
        let (p384, p521) = (P384.Signing.PrivateKey(), P521.Signing.PrivateKey())
        let ed = Curve25519.Signing.PrivateKey()
        func jwk(_ kid: String, _ curve: String, _ point: Data) -> String {
            let half = (point.count - 1) / 2
            return #"{"kty":"EC","crv":"\#(curve)","kid":"\#(kid)","#
                + #""x":"\#(TestTokens.encode(point.dropFirst().prefix(half)))","#
                + #""y":"\#(TestTokens.encode(point.suffix(half)))"}"#
        }
        let keys = try set(
            jwk("3", "P-384", p384.publicKey.x963Representation),
            jwk("5", "P-521", p521.publicKey.x963Representation),
            #"{"kty":"OKP","crv":"Ed25519","kid":"e","#
                + #""x":"\#(TestTokens.encode(ed.publicKey.rawRepresentation))"}"#)
        #expect(accepts("ES384", "3", keys) { try p384.signature(for: $0).rawRepresentation })
        #expect(accepts("ES512", "5", keys) { try p521.signature(for: $0).rawRepresentation })
        #expect(accepts("EdDSA", "e", keys) { try ed.signature(for: $0) })
        #expect(accepts("Ed25519", "e", keys) { try ed.signature(for: $0) })
        #expect(!accepts("ES256", "3", keys) { try p384.signature(for: $0).rawRepresentation })
        #expect(
            !accepts("ES384", "3", keys) {
                try p384.signature(for: SHA256.hash(data: $0)).rawRepresentation
            })
    }

    @Test func aPointMustBeOnItsCurveAndOfFullLength() {
        let point = mint.key.publicKey.x963Representation.dropFirst()
        let (x, y) = (point.prefix(32), point.suffix(32))
        for (x, y) in [
            (y, x), (x.dropLast(), y), (Data([0]) + x, y), (Data(count: 32), Data(count: 32)),
        ] {
            let jwk =
                #"{"kty":"EC","crv":"P-256","kid":"k","x":"\#(TestTokens.encode(x))","#
                + #""y":"\#(TestTokens.encode(y))"}"#
            #expect(throws: KeySetFault.self) { try set(jwk) }
        }
    }

    @Test func aTokenAsksForKeysOnlyWithANameThatIsNotThere() throws {
        let fixture = TokenFixture()
        let authenticator = try fixture.authenticator()
        let keys = try #require(authenticator.keys.first?.keys)
        #expect(authenticator.outcome(fixture.token()) == "ok")
        let bad = fixture.token().dropLast(4) + "AAAA"
        #expect(authenticator.outcome(String(bad)) == "token_signature")
        let none = fixture.mint.token(header: #"{"alg":"ES256"}"#, claims: fixture.claims())
        #expect(authenticator.outcome(none) == "token_key_unknown")
        #expect(!keys.isWanted)
        let next = TestTokens(keyID: "k2")
        #expect(
            authenticator.outcome(next.token(claims: fixture.claims())) == "token_key_unknown")
        #expect(keys.isWanted)
        let generation = authenticator.generation
        keys.reading()
        #expect(!keys.isWanted)
        try keys.take(Array(TestTokens.set(fixture.mint.jwk(), next.jwk()).utf8))
        #expect(authenticator.generation != generation)
        #expect(authenticator.outcome(next.token(claims: fixture.claims())) == "ok")
        // What is no good leaves the keys as they are.
        #expect(throws: KeySetFault.self) { try keys.take(Array("{".utf8)) }
        #expect(authenticator.outcome(next.token(claims: fixture.claims())) == "ok")
    }

    @Test func beforeItsKeysAreHadNoTokenOfAnIssuerIsGood() {
        let fixture = TokenFixture()
        let authenticator = TokenFixture.authenticator([
            TokenIssuer(
                name: "idp", issuer: "https://idp.example", audiences: ["maxine"], keys: .file(""))
        ])
        #expect(authenticator.outcome(fixture.token()) == "token_keys_missing")
    }

    private func accepts(
        _ name: String, _ kid: String, _ keys: JSONWebKeySet, _ sign: (Data) throws -> Data
    ) -> Bool {
        let body = TestTokens.body(header: #"{"alg":"\#(name)","kid":"\#(kid)"}"#, claims: "{}")
        guard let signature = try? sign(Data(body.utf8)),
            let token = try? UnverifiedToken(
                Array((body + "." + TestTokens.encode(signature)).utf8))
        else { return false }
        return
            (try? JWSVerifier.verify(token, keys: keys, allowed: Set(JWSAlgorithm.allCases)))
            != nil
    }
}
