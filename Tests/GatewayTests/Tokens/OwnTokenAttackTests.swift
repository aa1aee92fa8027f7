import Auth
import Crypto
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Tokens that look like ours.
@Suite(.timeLimit(.minutes(10))) struct OwnTokenAttackTests {
    let harness: TokenHarness

    init() throws { harness = try TokenHarness() }

    @Test func noneIsTakenThatOurKeyDidNotSignAsItStands() async throws {
        try await harness.gateway().serving { gateway in
            let good = try await harness.exchange(gateway, harness.subject(gateway))
            let parts = good.split(separator: ".").map(String.init)
            let claims = String(
                decoding: try #require(Base64URL.decode((parts[1]).utf8)), as: UTF8.self)
            let kid = try #require(try TokenHarness.part(0, of: good)["kid"]?.string)
            let jwks = try await gateway.curl("GET", "/keys", at: gateway.federationAddress).body
            let key = try #require(
                try StrictJSON.parse(Array(jwks.utf8))["keys"].flatMap { keys -> JSONValue? in
                    guard case .array(let list) = keys else { return nil }
                    return list.first
                })
            let point = try #require(
                Base64URL.decode((key["x"]?.string ?? "").utf8).flatMap { x in
                    Base64URL.decode((key["y"]?.string ?? "").utf8).map { [4] + x + $0 }
                })
            let thief = TestTokens(keyID: kid)
            var attacks: [String: String] = [
                "another's key under our name": thief.token(claims: claims),
                "our claims changed": parts[0] + "."
                    + TestTokens.encode(Data(claims.replacing("alice", with: "admin").utf8)) + "."
                    + parts[2],
                "our token under another type": TestTokens.encode(
                    Data(#"{"alg":"ES256","kid":"\#(kid)","typ":"JOSE"}"#.utf8)) + "." + parts[1]
                    + "." + parts[2],
                "the issuer's key in our name": harness.mint.token(claims: claims),
                "the issuer's token in our name": harness.subject(
                    gateway, ["iss": #""\#(TokenHarness.issuer)""#]),
                "no signature": parts[0] + "." + parts[1] + ".",
            ]
            for algorithm in ["none", "HS256", "RS256", "ES384", "EdDSA"] {
                let header = #"{"alg":"\#(algorithm)","kid":"\#(kid)","typ":"at+jwt"}"#
                let body = TestTokens.body(header: header, claims: claims)
                let mac = HMAC<SHA256>.authenticationCode(
                    for: Data(body.utf8), using: SymmetricKey(data: point))
                attacks["\(algorithm) with our public key"] =
                    body + "." + TestTokens.encode(Data(mac))
                attacks["\(algorithm) with our signature"] = body + "." + parts[2]
            }
            let unnamed = TestTokens.body(
                header: #"{"alg":"ES256","typ":"at+jwt"}"#, claims: claims)
            attacks["no name of a key"] = unnamed + "." + parts[2]
            for (name, token) in attacks.sorted(by: { $0.key < $1.key }) {
                #expect(try await harness.status(gateway, token) == 401, "\(name)")
                let exchanged = try await harness.ask(gateway, token)
                #expect(exchanged.status == 400, "\(name), exchanged: \(exchanged.body)")
            }
            #expect(try await harness.status(gateway, good) == 200)
        }
    }

    /// Each gateway has keys of its own, whatever it is called.
    @Test func anotherGatewayOfTheSameNameIsNotUs() async throws {
        let token = try await harness.gateway().serving {
            try await harness.exchange($0, harness.subject($0))
        }
        let other = try await harness.gateway().serving { try await harness.status($0, token) }
        #expect(other == 401)
    }
}
