import Auth
import Testing

/// Secrets that are no API keys: a prefix, 256 random bits and a checksum, and nothing that only looks like it.
@Suite struct SecretTextTests {
    @Test(arguments: [
        (SecretText.Kind.session, "mxs_"), (SecretText.Kind.bootstrap, "mxb_"),
    ])
    func whatIsMadeIsReadBackAsItsKindAndNoOther(_ kind: SecretText.Kind, _ prefix: String) {
        let made = SecretText(new: kind).bytes
        #expect(String(decoding: made, as: UTF8.self).hasPrefix(prefix))
        #expect(SecretText(parsing: made, kind)?.bytes == made)
        for other in SecretText.Kind.allCases where other != kind {
            #expect(SecretText(parsing: made, other) == nil)
        }
    }

    @Test func everyChangeOfOneCharacterIsNoticed() {
        let made = SecretText(new: .session).bytes
        for place in made.indices {
            var changed = made
            changed[place] = changed[place] == UInt8(ascii: "0") ? UInt8(ascii: "1") : 0x30
            #expect(SecretText(parsing: changed, .session) == nil, "place \(place)")
        }
        #expect(SecretText(parsing: made + [0x30], .session) == nil)
        #expect(SecretText(parsing: made.dropLast(), .session) == nil)
    }

    @Test func noTwoAreTheSameAndNoneShowsItself() {
        let many = (0..<1_000).map { _ in SecretText(new: .session) }
        #expect(Set(many.map(\.bytes)).count == 1_000)
        let text = String(decoding: many[0].bytes, as: UTF8.self)
        var dumped = ""
        dump(many[0], to: &dumped)
        for shown in ["\(many[0])", String(reflecting: many[0]), dumped] {
            #expect(!shown.contains(text.suffix(20)), "\(shown.count)")
        }
    }
}
