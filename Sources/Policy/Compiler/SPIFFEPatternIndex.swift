import Text

/// Finds the SPIFFE patterns that match an ID by the segments that they fix.
///
/// Patterns with wildcards at the same places are kept together, under their exact segments; those that agree there too
/// are told apart by the first `prefix*` that they have.
struct SPIFFEPatternIndex: Sendable {
    private typealias Entry = (pattern: SPIFFEPattern, value: Int)

    private struct Shape: Hashable {
        let count: Int
        /// Which segments are exact.
        let exact: [Int]
        /// The first segment that is a prefix and not just `*`.
        let prefix: Int?

        init(_ segments: [NamePattern]) {
            count = segments.count
            exact = segments.indices.filter { !segments[$0].isPrefix }
            prefix = segments.indices.first { segments[$0].isPrefix && !segments[$0].isAny }
        }
    }

    private struct Bucket: Sendable {
        let table: PatternTable
        /// By the number of the prefix.
        let entries: [[Entry]]

        init(_ entries: [NamePattern: [Entry]]) {
            table = PatternTable(Array(entries.keys))
            self.entries = Array(entries.values)
        }
    }

    /// By the number of segments.
    private var shapes: [Int: [Shape]] = [:]
    private var buckets: [Shape: [ExactText: Bucket]] = [:]

    /// Takes patterns, each with a value to be found by it.
    init(_ patterns: [(pattern: SPIFFEPattern, value: Int)]) {
        var found: [Shape: [ExactText: [NamePattern: [Entry]]]] = [:]
        for entry in patterns {
            let segments = entry.pattern.segments
            let shape = Shape(segments)
            let key = Self.key(entry.pattern.trustDomain, shape.exact.map { segments[$0].text })
            let prefix = shape.prefix.map { segments[$0] } ?? .any
            found[shape, default: [:]][key, default: [:]][prefix, default: []].append(entry)
        }
        buckets = found.mapValues { $0.mapValues(Bucket.init) }
        for shape in found.keys { shapes[shape.count, default: []].append(shape) }
    }

    /// Calls `body` with the value of each pattern that matches.
    func forEachMatch(_ id: SPIFFEID, _ body: (Int) -> Void) {
        let segments = id.pathSegments.map { String($0) }
        for shape in shapes[segments.count] ?? [] {
            let key = Self.key(id.trustDomain, shape.exact.map { segments[$0] })
            guard let bucket = buckets[shape]?[key] else { continue }
            bucket.table.forEachMatch(shape.prefix.map { segments[$0] } ?? "") { number in
                for entry in bucket.entries[number] where entry.pattern.matches(id) {
                    body(entry.value)
                }
            }
        }
    }

    private static func key(_ trustDomain: String, _ words: [String]) -> ExactText {
        ExactText(joining: [trustDomain] + words)
    }
}
