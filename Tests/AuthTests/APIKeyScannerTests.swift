import Auth
import Testing

/// A scan finds every key of a text with its place, and nothing that only looks like one.
@Suite struct APIKeyScannerTests {
    private static let keys = (0..<3).map { _ in APIKeyText(newSecretOf: APIKeyText.newID()) }

    private static func text(_ key: APIKeyText) -> String {
        String(decoding: key.bytes, as: UTF8.self)
    }

    private func scan(_ text: String, parts: Int = .max) -> [APIKeyScanner.Finding] {
        var scanner = APIKeyScanner()
        var rest = Array(text.utf8)[...]
        var found: [APIKeyScanner.Finding] = []
        while !rest.isEmpty {
            found += scanner.scan(rest.prefix(parts))
            rest = rest.dropFirst(min(parts, rest.count))
        }
        return found
    }

    @Test(arguments: [1, 7, 61, 62, 63, 1_000, .max])
    func findsAllWithTheirPlacesInPartsOfAnySize(_ parts: Int) {
        let (one, two, three) = (Self.keys[0], Self.keys[1], Self.keys[2])
        let text = "a: \(Self.text(one))\nexport K='\(Self.text(two))'\n\nmxk_\(Self.text(three))"
        let found = scan(text, parts: parts)
        #expect(found.map(\.id) == [one.id, two.id, three.id])
        #expect(found.map(\.line) == [1, 2, 4])
        #expect(found.map(\.column) == [4, 11, 5])
    }

    @Test func findsNothingElse() {
        let key = Self.text(Self.keys[0])
        let swapped = key.dropLast(2) + String(key.suffix(2).reversed())
        var text = "mxk_ mxk_0aB1cD2e_ \(key.dropLast()) \(key.dropFirst()) "
        if swapped != key { text += swapped }
        text += " mxk_0aB1cD2e_" + String(repeating: "x", count: 49)
        text += " " + key.replacing("mxk_", with: "MXK_") + " " + key.replacing("mxk", with: "mxk ")
        #expect(scan(text) == [])
    }

    @Test func twoInARowAreTwo() {
        let found = scan(Self.text(Self.keys[0]) + Self.text(Self.keys[1]))
        #expect(found.map(\.column) == [1, 63])
    }
}
