import Support
import Testing

@testable import Policy

/// The index finds just the patterns that match, whatever places they leave open.
@Suite struct SPIFFEPatternIndexTests {
    private let words = ["ns", "default", "prod", "prod-eu", "svc", "web", "web-1", "api"]
    private let patternWords = [
        "ns", "default", "prod*", "prod", "svc", "web*", "we*", "web", "*", "api",
    ]

    @Test func findsWhatAWalkOverAllPatternsFinds() throws {
        var numbers = SeededGenerator(seed: 15)
        var found = 0
        let rounds = Repetitions.of(200)
        for _ in 0..<rounds {
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
        #expect(found * 200 > 1_000 * rounds, "patterns and IDs met too seldom: \(found)")
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

    private func text(of words: [String], _ numbers: inout SeededGenerator) -> String {
        let domain = Int.random(in: 0..<5, using: &numbers) == 0 ? "other.example" : "maxine.local"
        let count = Int.random(in: 1...3, using: &numbers)
        let path = (0..<count).map { _ in
            "/" + words[Int.random(in: 0..<words.count, using: &numbers)]
        }
        return "spiffe://\(domain)" + path.joined()
    }
}
