import Crypto
import Foundation
import Policy
import Support
import Testing

@testable import Auth

/// The table of attacks on tokens, row by row; each has its expected refusal.
@Suite struct TokenAttackTests {
    let fixture = TokenFixture()
    var mint: TestTokens { fixture.mint }

    @Test func takesAGoodToken() throws {
        let authenticator = try fixture.authenticator()
        guard
            case .principal(let principal, let until, let conditions, _, _) = authenticator.judge(
                fixture.token(["jti": #""t-1""#]))
        else {
            Issue.record("refused")
            return
        }
        #expect(principal.kind == .user)
        #expect(principal.id == "idp/alice")
        #expect(principal.authentication == .jwt)
        #expect(until == (TokenFixture.now + 360) * 1_000_000_000)
        #expect(conditions == .none)
    }

    @Test(arguments: ["none", "None", "nOnE", "", "HS256", "ES384", "RS256", "PS256", "EdDSA"])
    func refusesAlgorithmsThatAreNotTheIssuers(_ name: String) throws {
        let authenticator = try fixture.authenticator()
        let token = mint.token(
            header: #"{"alg":"\#(name)","kid":"k1"}"#, claims: fixture.claims())
        #expect(
            ["token_algorithm", "token_key_unfit"].contains(authenticator.outcome(token)))
        // The same with an empty signature.
        let bare = token.prefix(through: token.lastIndex(of: ".") ?? token.startIndex)
        #expect(authenticator.outcome(String(bare)) == "token_not_compact")
    }

    /// It fits the key, and its signature is good.
    @Test func refusesAnAlgorithmThatFitsTheKeyAndIsNotTheIssuers() throws {
        let keys = TestTokens.set(mint.jwk(more: ""))
        let authenticator = try fixture.authenticator(keys: keys) { $0.algorithms = [.rs256] }
        #expect(authenticator.outcome(fixture.token()) == "token_algorithm")
    }

    @Test func refusesAHeaderWithoutAnAlgorithm() throws {
        let authenticator = try fixture.authenticator()
        let token = mint.token(header: #"{"kid":"k1"}"#, claims: fixture.claims())
        #expect(authenticator.outcome(token) == "token_header")
    }

    @Test func refusesAMACThatIsKeyedWithThePublicKey() throws {
        let authenticator = try fixture.authenticator {
            $0.algorithms = Set(JWSAlgorithm.allCases)
        }
        let body = TestTokens.body(
            header: #"{"alg":"HS256","kid":"k1"}"#, claims: fixture.claims())
        for secret in [
            Data(mint.key.publicKey.pemRepresentation.utf8),
            mint.key.publicKey.derRepresentation, Data(mint.jwk().utf8),
        ] {
            let code = HMAC<SHA256>.authenticationCode(
                for: Data(body.utf8), using: SymmetricKey(data: secret))
            let token = body + "." + TestTokens.encode(Data(code))
            #expect(authenticator.outcome(token) == "token_algorithm")
        }
    }

    @Test func refusesFormsOtherThanThreeCanonicalParts() throws {
        let authenticator = try fixture.authenticator()
        let good = fixture.token()
        let parts = good.split(separator: ".").map(String.init)
        let zero = TestTokens.encode(Data(repeating: 0, count: 64))
        let der =
            (try? mint.key.signature(for: Data((parts[0] + "." + parts[1]).utf8)))
            .map { TestTokens.encode($0.derRepresentation) } ?? ""
        let rows: [(String, String)] = [
            (good, "ok"),
            ("", "token_not_compact"), (".", "token_not_compact"), ("..", "token_not_compact"),
            (parts[0] + "." + parts[1], "token_not_compact"),
            (good + "." + parts[2], "token_not_compact"),
            (good + ".a.b", "token_encrypted"),
            ("." + parts[1] + "." + parts[2], "token_not_compact"),
            (parts[0] + ".." + parts[2], "token_payload"),
            (parts[0] + "." + parts[1] + "." + zero, "token_signature"),
            (parts[0] + "." + parts[1] + "." + der, "token_signature"),
            (parts[0] + "=." + parts[1] + "." + parts[2], "token_encoding"),
            (good + "=", "token_encoding"), (good + "==", "token_encoding"),
            (good + " ", "token_encoding"), (" " + good, "token_encoding"),
            (good + "\u{e9}", "token_encoding"),
            (good.dropLast(2) + "+/", "token_encoding"),
            (malleable(good), "token_encoding"),
            (String(repeating: "a", count: 9000), "token_too_long"),
        ]
        for (token, expected) in rows {
            #expect(authenticator.outcome(token) == expected, "\(token.suffix(30))")
        }
    }

    /// The same signature with other unused bits in its last character.
    private func malleable(_ token: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        guard let last = token.last, let index = alphabet.firstIndex(of: last) else { return "" }
        return token.dropLast() + String(alphabet[index ^ 1])
    }

    /// Compared with PBES2 and a count of 2^31, which would take minutes, this takes none.
    @Test(arguments: ["PBES2-HS256+A128KW", "RSA1_5", "dir", "RSA-OAEP"])
    func refusesEncryptedTokensByTheirForm(_ name: String) throws {
        let authenticator = try fixture.authenticator()
        let header = TestTokens.encode(
            Data(#"{"alg":"\#(name)","enc":"A128GCM","p2c":2147483647,"zip":"DEF"}"#.utf8))
        #expect(authenticator.outcome(header + ".AAAA.AAAA.AAAA.AAAA") == "token_encrypted")
    }

    @Test func refusesKeysThatAreNotExactlyTheIssuersOne() throws {
        let other = TestTokens(keyID: "k2")
        let twice = try fixture.authenticator(
            keys: TestTokens.set(mint.jwk(), other.jwk(keyID: "k1"), other.jwk()))
        #expect(twice.outcome(fixture.token()) == "token_key_unknown")
        let authenticator = try fixture.authenticator()
        let hostile = [
            "../../dev/null", "' OR 1=1 --", String(repeating: "k", count: 512), "k1 ", "K1",
        ]
        for kid in hostile {
            let token = mint.token(
                header: #"{"alg":"ES256","kid":"\#(kid)"}"#, claims: fixture.claims())
            #expect(authenticator.outcome(token) == "token_key_unknown", "\(kid)")
        }
        let long = String(repeating: "k", count: 5000)
        let token = mint.token(
            header: #"{"alg":"ES256","kid":"\#(long)"}"#, claims: fixture.claims())
        #expect(authenticator.outcome(token) == "token_header")
        let foreign = TestTokens(keyID: "k1").token(claims: fixture.claims())
        #expect(authenticator.outcome(foreign) == "token_signature")
    }

    @Test func aTokenWithoutAKeysNameIsForASetOfOneNamelessKey() throws {
        let none = mint.token(header: #"{"alg":"ES256"}"#, claims: fixture.claims())
        #expect(try fixture.authenticator().outcome(none) == "token_key_unknown")
        let nameless = mint.jwk().replacingOccurrences(of: #""kid":"k1","#, with: "")
        let one = try fixture.authenticator(keys: TestTokens.set(nameless))
        #expect(one.outcome(none) == "ok")
        let many = try fixture.authenticator(
            keys: TestTokens.set(nameless, TestTokens(keyID: "k2").jwk()))
        #expect(many.outcome(none) == "token_key_unknown")
    }

    @Test(arguments: [
        (#""jku":"https://127.0.0.1:1/x""#, "token_embedded_key"),
        (#""x5u":"https://127.0.0.1:1/x""#, "token_embedded_key"),
        (#""x5c":["AA"]"#, "token_embedded_key"), (#""jwk":{"kty":"EC"}"#, "token_embedded_key"),
        (#""crit":["exp"]"#, "token_critical_extension"),
        (#""crit":[]"#, "token_critical_extension"), (#""b64":false"#, "token_critical_extension"),
        (#""zip":"DEF""#, "token_critical_extension"),
        (#""cty":"JWT""#, "token_critical_extension"),
        (#""typ":"logout+jwt""#, "token_type"), (#""typ":"dpop+jwt""#, "token_type"),
        (#""typ":"application/dpop+jwt""#, "token_type"), (#""typ":"secevent+jwt""#, "token_type"),
        (#""typ":5"#, "token_header"), (#""typ":"""#, "token_header"),
        (#""alg":"ES256""#, "token_header"), (#""\u0061lg":"none""#, "token_header"),
        (#""typ":"application/AT+JWT""#, "ok"), (#""typ":"JWT""#, "ok"), (#""x5t":"AA""#, "ok"),
    ])
    func judgesHeaderMembers(_ member: String, _ expected: String) throws {
        let token = mint.token(
            header: #"{"alg":"ES256","kid":"k1",\#(member)}"#, claims: fixture.claims())
        #expect(try fixture.authenticator().outcome(token) == expected)
    }

    @Test func refusesClaimsThatAreNotOneStrictObject() throws {
        let authenticator = try fixture.authenticator()
        let good = fixture.claims()
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        let members = [
            #""sub":"bob""#, #""x":\#(deep)"#, "\"x\":\"\u{0}\"", #""x":"\ud800""#, #""x":NaN"#,
        ]
        let extended = members.map { String(good.dropLast()) + "," + $0 + "}" }
        for text in extended + [good + good, "[]", "null", "", "\u{feff}" + good] {
            let result = authenticator.outcome(mint.token(claims: text))
            #expect(result == "token_payload", "\(text.suffix(30))")
        }
    }

    @Test func refusesClaimsThatAreNotUTF8() throws {
        let body =
            TestTokens.encode(Data(mint.header.utf8)) + "."
            + TestTokens.encode(Data(fixture.claims().utf8.dropLast()) + Data([0xFF, 0x7D]))
        let signature = try mint.key.signature(for: Data(body.utf8)).rawRepresentation
        let token = body + "." + TestTokens.encode(signature)
        #expect(try fixture.authenticator().outcome(token) == "token_payload")
    }

    /// A key without `alg` learns nothing from a token that names a wrong one.
    @Test func aForgedTokenDoesNotPoisonAKeyWithoutAlgorithm() throws {
        let authenticator = try fixture.authenticator(keys: TestTokens.set(mint.jwk(more: ""))) {
            $0.algorithms = [.es256, .rs256, .es384]
        }
        for name in ["RS256", "ES384"] {
            let forged = mint.token(
                header: #"{"alg":"\#(name)","kid":"k1"}"#, claims: fixture.claims())
            #expect(authenticator.outcome(forged) == "token_key_unfit")
        }
        #expect(authenticator.outcome(fixture.token()) == "ok")
    }

    /// Signatures whose s is large are as good as those whose s is small: nothing here names a token by its bytes.
    @Test func takesEitherFormOfASignature() throws {
        let authenticator = try fixture.authenticator()
        let token = fixture.token()
        let parts = token.split(separator: ".").map(String.init)
        let signature = try #require(Base64URL.decode(parts[2].utf8))
        let order: [UInt8] = [
            0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
            0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63,
            0x25, 0x51,
        ]
        var other = Array(signature.prefix(32))
        var rest = [UInt8](repeating: 0, count: 32)
        var borrow = 0
        for index in (0..<32).reversed() {
            let value = Int(order[index]) - Int(signature[32 + index]) - borrow
            borrow = value < 0 ? 1 : 0
            rest[index] = UInt8(truncatingIfNeeded: value)
        }
        other += rest
        let twin = parts[0] + "." + parts[1] + "." + Base64URL.encode(other)
        #expect(twin != token)
        #expect(authenticator.outcome(twin) == "ok")
    }
}
