import Testing

@testable import Policy

@Suite struct SPIFFEIDTests {
    @Test(arguments: [
        ("spiffe://trustdomain", "trustdomain", ""),
        ("spiffe://trustdomain/path", "trustdomain", "/path"),
        ("spiffe://trust-domain.example_1/a/B/1", "trust-domain.example_1", "/a/B/1"),
        ("spiffe://10.0.0.1/svc", "10.0.0.1", "/svc"),
        ("spiffe://trustdomain/...", "trustdomain", "/..."),
        ("spiffe://trustdomain/.path/..path", "trustdomain", "/.path/..path"),
        ("spiffe://trustdomain/a_b-c.d", "trustdomain", "/a_b-c.d"),
    ])
    func accepts(text: String, trustDomain: String, path: String) throws {
        let id = try SPIFFEID(parsing: text)
        #expect(id.trustDomain == trustDomain)
        #expect(id.path == path)
        #expect(id.description == text)
        #expect(id.pathSegments.map { "/" + $0 }.joined() == path)
    }

    @Test(arguments: [
        ("", SPIFFEIDError.empty),
        ("trustdomain/path", .wrongScheme),
        ("http://trustdomain/path", .wrongScheme),
        ("Spiffe://trustdomain/path", .wrongScheme),
        ("SPIFFE://trustdomain/path", .wrongScheme),
        (" spiffe://trustdomain", .wrongScheme),
        ("spiffe:/trustdomain", .wrongScheme),
        ("spiffe:trustdomain", .wrongScheme),
        ("spiffe://", .missingTrustDomain),
        ("spiffe:///path", .missingTrustDomain),
        ("spiffe://TrustDomain/path", .badTrustDomainCharacter),
        ("spiffe://trustdomain:443/path", .badTrustDomainCharacter),
        ("spiffe://user@trustdomain/path", .badTrustDomainCharacter),
        ("spiffe://trust%20domain/path", .badTrustDomainCharacter),
        ("spiffe://trustdomain?query", .badTrustDomainCharacter),
        ("spiffe://trustdomain#fragment", .badTrustDomainCharacter),
        ("spiffe://tr\u{F6}st/path", .badTrustDomainCharacter),
        ("spiffe://\u{212A}ube/path", .badTrustDomainCharacter),
        ("spiffe://[::1]/path", .badTrustDomainCharacter),
        ("spiffe://trustdomain/", .trailingSlash),
        ("spiffe://trustdomain/path/", .trailingSlash),
        ("spiffe://trustdomain//path", .emptySegment),
        ("spiffe://trustdomain/a//b", .emptySegment),
        ("spiffe://trustdomain/.", .dotSegment),
        ("spiffe://trustdomain/a/../b", .dotSegment),
        ("spiffe://trustdomain/a/./b", .dotSegment),
        ("spiffe://trustdomain/a%2Fb", .badPathCharacter),
        ("spiffe://trustdomain/a?query", .badPathCharacter),
        ("spiffe://trustdomain/a#fragment", .badPathCharacter),
        ("spiffe://trustdomain/a b", .badPathCharacter),
        ("spiffe://trustdomain/p\u{E4}th", .badPathCharacter),
        ("spiffe://trustdomain/a\u{0}", .badPathCharacter),
        ("spiffe://trustdomain/{service}", .badPathCharacter),
        ("spiffe://trustdomain\\path", .badTrustDomainCharacter),
    ])
    func refuses(text: String, error: SPIFFEIDError) {
        #expect(throws: error) { try SPIFFEID(parsing: text) }
    }

    @Test func allowsEachASCIIByteOnlyWhereTheStandardDoes() {
        for byte in UInt8(0)..<128 {
            let character = Character(UnicodeScalar(byte))
            let isLetter = character.isLowercase || character.isNumber || "._-".contains(character)
            let inDomain = (try? SPIFFEID(parsing: "spiffe://a\(character)b/x")) != nil
            let inPath = (try? SPIFFEID(parsing: "spiffe://td/a\(character)b")) != nil
            #expect(inDomain == (isLetter || character == "/"), "byte \(byte)")
            #expect(inPath == (isLetter || character.isUppercase || character == "/"))
        }
    }

    @Test func boundsTheTrustDomainAndTheWhole() throws {
        let longest = String(repeating: "a", count: 255)
        #expect(try SPIFFEID(parsing: "spiffe://\(longest)").trustDomain == longest)
        #expect(throws: SPIFFEIDError.trustDomainTooLong(bytes: 256)) {
            try SPIFFEID(parsing: "spiffe://\(longest)a")
        }
        let path = String(repeating: "p", count: 2048 - "spiffe://td/".count)
        #expect(try SPIFFEID(parsing: "spiffe://td/\(path)").description.utf8.count == 2048)
        #expect(throws: SPIFFEIDError.tooLong(bytes: 2049)) {
            try SPIFFEID(parsing: "spiffe://td/\(path)p")
        }
    }

    @Test func partsCannotSmuggleASlash() {
        #expect(throws: SPIFFEIDError.badPathCharacter) {
            try SPIFFEID(trustDomain: "td", segments: ["svc", "a/b"])
        }
        #expect(throws: SPIFFEIDError.badTrustDomainCharacter) {
            try SPIFFEID(trustDomain: "td/operator", segments: ["admin"])
        }
        #expect(throws: SPIFFEIDError.emptySegment) {
            try SPIFFEID(trustDomain: "td", segments: ["", "a"])
        }
    }

    @Test func everyErrorHasItsOwnCodeAndReason() {
        let errors: [SPIFFEIDError] = [
            .empty, .tooLong(bytes: 1), .wrongScheme, .missingTrustDomain,
            .trustDomainTooLong(bytes: 1), .badTrustDomainCharacter, .trailingSlash,
            .emptySegment, .dotSegment, .badPathCharacter,
        ]
        #expect(Set(errors.map(\.code)).count == errors.count)
        #expect(Set(errors.map(\.description)).count == errors.count)
    }
}
