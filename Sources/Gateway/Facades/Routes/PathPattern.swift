internal import Wire

/// What a pattern takes out of a path.
enum Capture: String, Sendable {
    case service, id
}

/// A path below a table's prefix: literal segments and captures.
struct PathPattern: Sendable, ExpressibleByArrayLiteral {
    enum Segment: Sendable, ExpressibleByStringLiteral {
        case literal(StaticString)
        case capture(Capture)

        init(stringLiteral value: StaticString) {
            self = .literal(value)
        }

        static let service = Segment.capture(.service)
        static let id = Segment.capture(.id)
    }

    private let segments: [Segment]

    init(arrayLiteral elements: Segment...) {
        segments = elements
    }

    /// Whether the path has these segments behind the table's prefix, which was checked before.
    @inline(__always)
    func matches(_ path: NormalisedPath, behind prefixCount: Int) -> Bool {
        guard path.count == segments.count + prefixCount, !path.hasTrailingSlash else {
            return false
        }
        for (index, segment) in segments.enumerated() {
            if case .literal(let text) = segment, !path.segment(index + prefixCount, equals: text) {
                return false
            }
        }
        return true
    }

    /// Where a capture stands.
    func place(of wanted: Capture) -> Int? {
        for (index, segment) in segments.enumerated() {
            if case .capture(wanted) = segment { return index }
        }
        return nil
    }

    /// The whole path in the form of CONTRACT and OpenAPI, as `/api/maxine/services/{service}`.
    func text(behind prefix: [StaticString]) -> String {
        segments.reduce(prefix.reduce("") { "\($0)/\($1)" }) { text, segment in
            switch segment {
            case .literal(let name): "\(text)/\(name)"
            case .capture(let name): "\(text)/{\(name.rawValue)}"
            }
        }
    }
}
