import Testing

@testable import Policy

/// The index finds just the patterns that match, whatever places they leave open.
@Suite struct SPIFFEPatternIndexTests {
    private let words = ["ns", "default", "prod", "prod-eu", "svc", "web", "web-1", "api"]
    private let patternWords = [
        "ns", "default", "prod*", "prod", "svc", "web*", "we*", "web", "*", "api",
    ]

    @Test func findsWhatAWalkOverAllPatternsFinds() throws {
        var numbers = SeededNumbers(state: 15)
        var found = 0
        for _ in 0..<200 {
            let patterns = try (0..<30).map { _ in
                try SPIFFEPattern(
                    parsing: text(of: patternWords, &numbers), trustDomain: "maxine.local")
            }
            let index = SPIFFEPatternIndex(patterns.enumerated().map { ($0.element, $0.offset) })
            for _ in 0..<50 {
                let id = try SPIFFEID(parsing: text(of: words, &numbers))
                var seen: Set<Int> = []
                index.forEachMatch(id) { seen.insert($0) }
                let expected = patterns.indices.filter { patterns[$0].matches(id) }
                #expect(seen == Set(expected), "\(id) among \(patterns.map(\.text))")
                found += expected.count
            }
        }
        #expect(found > 1_000, "patterns and IDs met too seldom: \(found)")
    }

    @Test func findsAPrefixLongerThanAServicePatternMayBe() throws {
        let long = String(repeating: "a", count: 600)
        let pattern = try SPIFFEPattern(
            parsing: "spiffe://maxine.local/\(long)*", trustDomain: "maxine.local")
        let index = SPIFFEPatternIndex([(pattern, 7)])
        var seen: [Int] = []
        index.forEachMatch(try SPIFFEID(parsing: "spiffe://maxine.local/\(long)b")) {
            seen.append($0)
        }
        #expect(seen == [7])
    }

    private func text(of words: [String], _ numbers: inout SeededNumbers) -> String {
        let domain = Int.random(in: 0..<5, using: &numbers) == 0 ? "other.example" : "maxine.local"
        let count = Int.random(in: 1...3, using: &numbers)
        let path = (0..<count).map { _ in
            "/" + words[Int.random(in: 0..<words.count, using: &numbers)]
        }
        return "spiffe://\(domain)" + path.joined()
    }
}
