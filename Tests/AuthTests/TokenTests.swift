import Crypto
import CryptoExtras
import Foundation
import Policy
import Support
import Testing

@testable import Auth

/// The table of attacks on tokens, row by row; each has its expected refusal.
@Suite struct TokenTests {
    private static let now: Int64 = 1_763_900_000
    let mint = TestTokens()
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tokens-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func authenticator(
        keys: String? = nil, _ change: (inout TokenIssuer) -> Void = { _ in },
        revoked: RevokedTokens? = nil
    ) async throws -> TokenAuthenticator {
        let path = folder.path + "/jwks-\(UUID()).json"
        try Data((keys ?? TestTokens.set(mint.jwk())).utf8).write(to: URL(filePath: path))
        var issuer = TokenIssuer(
            name: "idp", issuer: "https://idp.example", audiences: ["maxine"], keys: .file(path))
        change(&issuer)
        let authenticator = TokenAuthenticator([issuer], revoked: revoked)
        #expect(await authenticator.refresh(nowNanoseconds: Self.now * 1_000_000_000) == [])
        return authenticator
    }

    private func claims(_ change: [String: String?] = [:]) -> String {
        var members = [
            "iss": #""https://idp.example""#, "aud": #""maxine""#, "sub": #""alice""#,
            "exp": String(Self.now + 300), "iat": String(Self.now - 5),
        ]
        for (name, value) in change { members[name] = value }
        return "{" + members.map { #""\#($0)":\#($1)"# }.sorted().joined(separator: ",") + "}"
    }

    /// What becomes of a token: "ok", a refusal's code, or "unavailable".
    private func outcome(
        _ token: String, _ authenticator: TokenAuthenticator, seconds: Int64 = now
    ) async -> String {
        let circumstances = CredentialCircumstances(
            nowNanoseconds: seconds * 1_000_000_000, sourceIP: nil, peer: nil)
        var answer = authenticator.authenticate(
            RawCredential(carrier: .bearer, bytes: Array(token.utf8)), circumstances)
        if case .later(let work) = answer { answer = await work() }
        switch answer {
        case .verified: return "ok"
        case .refused(let refusal): return refusal.code
        case .unavailable: return "unavailable"
        case .later: return "later"
        }
    }

    @Test func takesAGoodTokenAndMakesAPrincipalOfIt() async throws {
        let authenticator = try await authenticator()
        let token = mint.token(
            claims: claims(["groups": #"["ops","dev"]"#, "jti": #""t-1""#]))
        let answer = authenticator.authenticate(
            RawCredential(carrier: .bearer, bytes: Array(token.utf8)),
            CredentialCircumstances(
                nowNanoseconds: Self.now * 1_000_000_000, sourceIP: nil, peer: nil))
        guard case .verified(let good) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(good.principal.kind == .user)
        #expect(good.principal.id == "idp:alice")
        #expect(good.principal.authentication == .jwt)
        #expect(good.strength == .bearer)
        #expect(good.credentialID == "t-1")
        #expect(good.expiresAtNanoseconds == (Self.now + 360) * 1_000_000_000)
        let groups = good.principal.oidcClaims.filter { $0.claim == "groups" }.map(\.value)
        #expect(groups == ["ops", "dev"])
        #expect(good.principal.oidcClaims.allSatisfy { $0.issuer == "https://idp.example" })
    }

    @Test(arguments: ["none", "None", "nOnE", "", "HS256", "ES384", "RS256", "PS256", "EdDSA"])
    func refusesAlgorithmsThatAreNotTheIssuers(_ name: String) async throws {
        let authenticator = try await authenticator()
        let token = mint.token(
            header: #"{"alg":"\#(name)","kid":"k1"}"#, claims: claims())
        #expect(
            ["token_algorithm", "token_key_unfit"].contains(await outcome(token, authenticator)))
        // The same with an empty signature.
        let bare = token.prefix(through: token.lastIndex(of: ".") ?? token.startIndex)
        #expect(await outcome(String(bare), authenticator) == "token_not_compact")
    }

    @Test func refusesAHeaderWithoutAnAlgorithm() async throws {
        let authenticator = try await authenticator()
        let token = mint.token(header: #"{"kid":"k1"}"#, claims: claims())
        #expect(await outcome(token, authenticator) == "token_header")
    }

    @Test func refusesAMACThatIsKeyedWithThePublicKey() async throws {
        let authenticator = try await authenticator()
        let body =
            TestTokens.encode(Data(#"{"alg":"HS256","kid":"k1"}"#.utf8)) + "."
            + TestTokens.encode(Data(claims().utf8))
        for secret in [
            Data(mint.key.publicKey.pemRepresentation.utf8),
            mint.key.publicKey.derRepresentation, Data(mint.jwk().utf8),
        ] {
            let code = HMAC<SHA256>.authenticationCode(
                for: Data(body.utf8), using: SymmetricKey(data: secret))
            let token = body + "." + TestTokens.encode(Data(code))
            #expect(await outcome(token, authenticator) == "token_algorithm")
        }
    }

    @Test func refusesSecretsInAnIssuersSet() throws {
        let secret =
            #"{"kty":"oct","kid":"s","alg":"HS256","k":"\#(String(repeating: "A", count: 43))"}"#
        #expect(try JSONWebKeySet(Array(TestTokens.set(secret).utf8)).count == 0)
        #expect(!JWSAlgorithm.asymmetric.contains(.hs256))
    }

    @Test func refusesFormsOtherThanThreeCanonicalParts() async throws {
        let authenticator = try await authenticator()
        let good = mint.token(claims: claims())
        let parts = good.split(separator: ".").map(String.init)
        let zero = TestTokens.encode(Data(repeating: 0, count: 64))
        let der =
            (try? mint.key.signature(for: Data((parts[0] + "." + parts[1]).utf8)))
            .map { TestTokens.encode($0.derRepresentation) } ?? ""
        let rows: [(String, String)] = [
            (good, "ok"),
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
            (good.replacing("-", with: "+").replacing("_", with: "/") + "+", "token_encoding"),
            (malleable(good), "token_encoding"),
            (String(repeating: "a", count: 9000), "token_too_long"),
        ]
        for (token, expected) in rows {
            #expect(await outcome(token, authenticator) == expected, "\(token.suffix(30))")
        }
    }

    /// The same signature with other unused bits in its last character.
    private func malleable(_ token: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        guard let last = token.last, let index = alphabet.firstIndex(of: last) else { return "" }
        return token.dropLast() + String(alphabet[index ^ 1])
    }

    @Test func refusesKeysThatAreNotExactlyTheIssuersOne() async throws {
        let other = TestTokens(keyID: "k2")
        let twice = try await authenticator(
            keys: TestTokens.set(mint.jwk(), other.jwk(keyID: "k1")))
        #expect(await outcome(mint.token(claims: claims()), twice) == "token_key_unknown")
        let authenticator = try await authenticator()
        let hostile = [
            "../../dev/null", "' OR 1=1 --", String(repeating: "k", count: 512), "k1 ", "K1",
        ]
        for kid in hostile {
            let token = mint.token(header: #"{"alg":"ES256","kid":"\#(kid)"}"#, claims: claims())
            #expect(await outcome(token, authenticator) == "token_key_unknown", "\(kid)")
        }
        // One fetch at the start, and at most one more for all of them.
        #expect(authenticator.fetchCount("idp") <= 2)
        let none = mint.token(header: #"{"alg":"ES256"}"#, claims: claims())
        #expect(await outcome(none, authenticator) == "token_key_unknown")
        let long = String(repeating: "k", count: 5000)
        let token = mint.token(header: #"{"alg":"ES256","kid":"\#(long)"}"#, claims: claims())
        #expect(await outcome(token, authenticator) == "token_header")
        let foreign = TestTokens(keyID: "k1").token(claims: claims())
        #expect(await outcome(foreign, authenticator) == "token_signature")
    }

    @Test func fetchesAgainForAnUnknownKeyAtMostOnceAMinute() async throws {
        let path = folder.path + "/rolling.json"
        try Data(TestTokens.set(mint.jwk()).utf8).write(to: URL(filePath: path))
        let authenticator = try await authenticator { $0.keys = .file(path) }
        let next = TestTokens(keyID: "k2")
        let token = next.token(claims: claims())
        let later = Self.now + 100
        #expect(await outcome(token, authenticator, seconds: later) == "token_key_unknown")
        #expect(authenticator.fetchCount("idp") == 2)
        try Data(TestTokens.set(mint.jwk(), next.jwk()).utf8).write(to: URL(filePath: path))
        #expect(await outcome(token, authenticator, seconds: later + 30) == "token_key_unknown")
        #expect(authenticator.fetchCount("idp") == 2)
        #expect(await outcome(token, authenticator, seconds: later + 61) == "ok")
        #expect(authenticator.fetchCount("idp") == 3)
        // A fetch that fails leaves the keys as they are.
        try Data("{".utf8).write(to: URL(filePath: path))
        let faults = await authenticator.refresh(nowNanoseconds: (later + 200) * 1_000_000_000)
        #expect(faults.count == 1)
        #expect(await outcome(token, authenticator, seconds: later + 201) == "ok")
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
        (#""typ":5"#, "token_header"), (#""alg":"ES256""#, "token_header"),
        (#""typ":"application/AT+JWT""#, "ok"), (#""typ":"JWT""#, "ok"), (#""x5t":"AA""#, "ok"),
    ])
    func judgesHeaderMembers(_ member: String, _ expected: String) async throws {
        let authenticator = try await authenticator()
        let token = mint.token(
            header: #"{"alg":"ES256","kid":"k1",\#(member)}"#, claims: claims())
        #expect(await outcome(token, authenticator) == expected)
    }

    @Test(
        arguments: [
            (["nonce": #""n""#], "token_purpose"), (["at_hash": #""n""#], "token_purpose"),
            (["events": "{}"], "token_purpose"), (["htm": #""GET""#], "token_purpose"),
            (["iss": #""https://idp.example/""#], "token_issuer"),
            (["iss": #""HTTPS://idp.example""#], "token_issuer"), (["iss": nil], "token_issuer"),
            (["iss": #"["https://idp.example"]"#], "token_issuer"),
            (["aud": #"["other","maxine"]"#], "ok"), (["aud": #"["maxine2"]"#], "token_audience"),
            (["aud": #""maxin""#], "token_audience"), (["aud": #""Maxine""#], "token_audience"),
            (["aud": #"["maxine",5]"#], "token_audience"), (["aud": nil], "token_audience"),
            (["aud": #"{"maxine":1}"#], "token_audience"),
            (["exp": nil], "token_time_malformed"),
            (["exp": #""1763900300""#], "token_time_malformed"),
            (["exp": "1763900300.0"], "token_time_malformed"),
            (["exp": "1e400"], "token_time_malformed"), (["exp": "-1"], "token_time_malformed"),
            (["exp": "9223372036854775807"], "token_time_malformed"),
            (["exp": "99999999999999999999"], "token_time_malformed"),
            (["exp": "true"], "token_time_malformed"), (["exp": "NaN"], "token_payload"),
            (["exp": "1763899940"], "token_expired"), (["exp": "1763899941"], "ok"),
            (["nbf": "1763900061"], "token_not_yet_valid"), (["nbf": "1763900060"], "ok"),
            (["iat": "1763900061"], "token_issued_at"), (["iat": "9999999999"], "token_issued_at"),
            (["sub": nil], "token_subject"), (["sub": #""""#], "token_subject"),
            (["sub": #""al\u0000ice""#], "token_subject"), (["sub": "5"], "token_subject"),
            (["sub": #""\ud800""#], "token_payload"), (["sub": "\"\u{7f}\""], "token_subject"),
            (["_claim_names": #"{"groups":"src1"}"#], "token_groups_overage"),
            (["cnf": #"{"x5t#S256":"AAAA"}"#], "token_binding"),
            (["cnf": #"{"jkt":"x"}"#], "token_binding"),
            (["cnf": "null"], "token_binding"), (["cnf": "{}"], "token_binding"),
        ] as [([String: String?], String)])
    func judgesClaims(_ change: [String: String?], _ expected: String) async throws {
        let authenticator = try await authenticator()
        #expect(
            await outcome(mint.token(claims: claims(change)), authenticator) == expected,
            "\(change)")
    }

    @Test func refusesClaimsThatAreNotOneStrictObject() async throws {
        let authenticator = try await authenticator()
        let good = claims()
        let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        for text in [
            good.dropLast() + #","sub":"bob"}"#, good + good, "[]", "null", "",
            good.dropLast() + #","x":\#(deep)}"#, "\u{feff}" + good,
        ] {
            let result = await outcome(mint.token(claims: String(text)), authenticator)
            #expect(result == "token_payload", "\(text.suffix(30))")
        }
        let header = mint.token(
            header: #"{"alg":"ES256","kid":"k1","alg":"none"}"#, claims: good)
        #expect(await outcome(header, authenticator) == "token_header")
    }

    @Test func anIssuersRulesBindItsTokens() async throws {
        let bound = try await authenticator(keys: nil) { issuer in
            issuer.boundSubject = "repo:org/*:ref:refs/heads/main"
            issuer.boundClaims = ["environment": ["prod", "stage-*"]]
            issuer.authorizedParties = ["ci"]
            issuer.maxAgeSeconds = 100
        }
        let good: [String: String?] = [
            "sub": #""repo:org/app:ref:refs/heads/main""#, "environment": #""stage-1""#,
            "azp": #""ci""#,
        ]
        func with(_ change: [String: String?]) -> String {
            mint.token(claims: claims(good.merging(change) { $1 }))
        }
        #expect(await outcome(with([:]), bound) == "ok")
        let rows: [([String: String?], String)] = [
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
            #expect(await outcome(with(change), bound) == expected, "\(change)")
        }
    }

    @Test func aRevokedTokenIsRefused() async throws {
        let revoked = RevokedTokens()
        let authenticator = try await authenticator(revoked: revoked)
        let token = mint.token(claims: claims(["jti": #""t-9""#]))
        #expect(await outcome(token, authenticator) == "ok")
        try revoked.insert(
            issuer: "https://idp.example", id: "t-9", endsNanoseconds: .max, nowNanoseconds: 0)
        #expect(await outcome(token, authenticator) == "token_revoked")
    }

    /// A key without `alg` learns nothing from a token that names a wrong one.
    @Test func aForgedTokenDoesNotPoisonAKeyWithoutAlgorithm() async throws {
        let authenticator = try await authenticator(keys: TestTokens.set(mint.jwk(more: ""))) {
            $0.algorithms = [.es256, .rs256, .es384]
        }
        for name in ["RS256", "ES384"] {
            let forged = mint.token(
                header: #"{"alg":"\#(name)","kid":"k1"}"#, claims: claims())
            #expect(await outcome(forged, authenticator) == "token_key_unfit")
        }
        #expect(await outcome(mint.token(claims: claims()), authenticator) == "ok")
    }

    @Test(arguments: [#","use":"enc""#, #","key_ops":["encrypt"]"#, #","alg":"ES384""#])
    func leavesOutKeysThatAreNotForVerifying(_ more: String) throws {
        #expect(try JSONWebKeySet(Array(TestTokens.set(mint.jwk(more: more)).utf8)).count == 0)
    }

    @Test func verifiesEveryAlgorithmAndNoOtherDigest() throws {
        let rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let numbers = try rsa.publicKey.getKeyPrimitives()
        let jwk =
            #"{"kty":"RSA","kid":"r","n":"\#(TestTokens.encode(numbers.modulus))","e":"\#(TestTokens.encode(numbers.publicExponent))"}"#
        let keys = try JSONWebKeySet(Array(TestTokens.set(jwk).utf8))
        func accepts(_ name: String, _ sign: (Data) throws -> Data) throws -> Bool {
            let body =
                TestTokens.encode(Data(#"{"alg":"\#(name)","kid":"r"}"#.utf8)) + "."
                + TestTokens.encode(Data("{}".utf8))
            let token = body + "." + TestTokens.encode(try sign(Data(body.utf8)))
            return
                (try? JWSVerifier.verify(
                    try RawToken(Array(token.utf8)), keys: keys, allowed: JWSAlgorithm.asymmetric))
                != nil
        }
        func sign<D: Digest>(
            _ digest: D, _ padding: _RSA.Signing.Padding
        ) throws -> Data {
            try rsa.signature(for: digest, padding: padding).rawRepresentation
        }
        #expect(try accepts("RS256") { try sign(SHA256.hash(data: $0), .insecurePKCS1v1_5) })
        #expect(try accepts("RS384") { try sign(SHA384.hash(data: $0), .insecurePKCS1v1_5) })
        #expect(try accepts("RS512") { try sign(SHA512.hash(data: $0), .insecurePKCS1v1_5) })
        #expect(try accepts("PS256") { try sign(SHA256.hash(data: $0), .PSS) })
        #expect(try accepts("PS384") { try sign(SHA384.hash(data: $0), .PSS) })
        #expect(try accepts("PS512") { try sign(SHA512.hash(data: $0), .PSS) })
        #expect(try !accepts("RS256") { try sign(SHA512.hash(data: $0), .insecurePKCS1v1_5) })
        #expect(try !accepts("PS256") { try sign(SHA256.hash(data: $0), .insecurePKCS1v1_5) })
        #expect(try !accepts("RS256") { try sign(SHA256.hash(data: $0), .PSS) })
    }
}
