import Foundation
import Policy
import Support
import Testing

@testable import Auth

/// Nothing that is done to a token or a key set makes it good, and nothing stops the process.
@Suite struct TokenMutationTests {
    private let fixture = TokenFixture()

    /// Other bytes, more of them or fewer, at a few places.
    private func mutated(_ bytes: [UInt8], _ numbers: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0...3, using: &numbers) {
            let place = Int.random(in: 0..<bytes.count, using: &numbers)
            switch Int.random(in: 0..<4, using: &numbers) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &numbers)
            case 1: bytes.insert(UInt8.random(in: 0...255, using: &numbers), at: place)
            case 2 where bytes.count > 1: bytes.remove(at: place)
            default:
                bytes[place] =
                    Array("\"{}[]:,.\\-_=09azAZ".utf8).randomElement(using: &numbers) ?? 0
            }
        }
        return bytes
    }

    @Test func noOtherBytesAreTheSameToken() throws {
        var numbers = SeededGenerator(for: "token mutation test")
        let authenticator = try fixture.authenticator()
        let good = Array(fixture.token().utf8)
        for _ in 0..<Repetitions.of(20_000) {
            let bytes = mutated(good, &numbers)
            let outcome = authenticator.authenticate(
                .bearer(RawToken(bytes)), nowNanoseconds: TokenFixture.now * 1_000_000_000)
            guard case .principal = outcome else { continue }
            #expect(bytes == good, "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test func aKeySetIsReadOrRefused() throws {
        var numbers = SeededGenerator(for: "token mutation test")
        let good = TestTokens.set(fixture.mint.jwk(), TestTokens(keyID: "k2").jwk(more: ""))
        var taken = 0
        for _ in 0..<Repetitions.of(10_000) {
            let bytes = mutated(Array(good.utf8), &numbers)
            if (try? JSONWebKeySet(bytes)) != nil { taken += 1 }
        }
        #expect(taken > 0)
    }

    @Test func signedClaimsAreReadOrRefused() throws {
        var numbers = SeededGenerator(for: "token mutation test")
        let authenticator = try fixture.authenticator {
            $0.mapping.roles = ClaimPath("/realm_access/roles")
            $0.mapping.rolesAllowed = ["viewer"]
        }
        let claims = fixture.claims([
            "realm_access": #"{"roles":["viewer"]}"#, "groups": #"["ops","dev"]"#,
            "nbf": "1763899000", "jti": #""t-1""#,
        ])
        for _ in 0..<Repetitions.of(3_000) {
            let bytes = mutated(Array(claims.utf8), &numbers)
            guard let text = String(validating: bytes, as: UTF8.self) else { continue }
            guard let principal = authenticator.principal(fixture.mint.token(claims: text))
            else { continue }
            #expect(principal.id.hasPrefix("idp/"))
            #expect(principal.directRoles.allSatisfy { $0 == "viewer" })
        }
    }
}
