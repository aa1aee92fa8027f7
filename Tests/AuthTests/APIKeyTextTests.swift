import Auth
import Foundation
import Testing

/// `mxk_`, a public id, a secret and a checksum, and nothing that only looks like it.
@Suite struct APIKeyTextTests {
    private static let sample = APIKeyText(newSecretOf: "0aB1cD2e")

    private static var text: String { String(decoding: sample.bytes, as: UTF8.self) }

    @Test func aNewKeyHasTheFormAndIsReadBack() throws {
        for _ in 0..<100 {
            let made = APIKeyText(newSecretOf: APIKeyText.newID())
            let text = String(decoding: made.bytes, as: UTF8.self)
            #expect(text.wholeMatch(of: /mxk_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}/) != nil, "\(text)")
            let read = try #require(APIKeyText(parsing: made.bytes))
            #expect(read.id == made.id && read.bytes == made.bytes)
        }
        let texts = (0..<1_000).map { _ in APIKeyText(newSecretOf: "0aB1cD2e").bytes }
        #expect(Set(texts).count == 1_000)
    }

    /// The checksum is CRC-32 as others compute it (ISO 3309), over all before it: this one by Python's `zlib.crc32`.
    @Test func theChecksumIsCRC32InBase62() {
        let body = "mxk_0aB1cD2e_" + String(repeating: "0", count: 43)
        #expect(APIKeyText(parsing: Array((body + "2F6fpc").utf8))?.id == "0aB1cD2e")
    }

    @Test func everyChangeOfOneCharacterIsNoticed() {
        let bytes = Self.sample.bytes
        for place in bytes.indices {
            for other in [UInt8(ascii: "0"), UInt8(ascii: "z"), UInt8(ascii: "_"), 0, 0xC3] {
                guard bytes[place] != other else { continue }
                var changed = bytes
                changed[place] = other
                #expect(APIKeyText(parsing: changed) == nil, "place \(place)")
            }
        }
        for place in bytes.indices.dropLast() where bytes[place] != bytes[place + 1] {
            var changed = bytes
            changed.swapAt(place, place + 1)
            #expect(APIKeyText(parsing: changed) == nil, "place \(place)")
        }
    }

    @Test(arguments: ["", "mxk_", "x", "mxk_0aB1cD2e_", "mxk_0aB1cD2e"])
    func whatIsShorterOrLongerIsNone(_ text: String) {
        #expect(APIKeyText(parsing: Array(text.utf8)) == nil)
        #expect(APIKeyText(parsing: Self.sample.bytes + Array(text.utf8)) == nil || text.isEmpty)
        #expect(APIKeyText(parsing: Array(" \(Self.text)".utf8)) == nil)
        #expect(APIKeyText(parsing: Self.sample.bytes.dropLast()) == nil)
    }

    @Test func aKeyShowsItselfInNoText() {
        let secret = Self.text.dropFirst(13)
        for shown in [
            "\(Self.sample)", String(describing: Self.sample), String(reflecting: Self.sample),
        ] {
            #expect(!shown.contains(secret))
        }
        var dumped = ""
        dump(Self.sample, to: &dumped)
        #expect(!dumped.contains(secret) && !dumped.contains("bytes"))
    }
}
