internal import Wire

/// A path below `/api/maxine`: literal segments and captures.
struct PathPattern: Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
    enum Segment: Sendable, ExpressibleByStringLiteral {
        case literal(StaticString)
        case capture(StaticString)

        init(stringLiteral value: StaticString) {
            self = .literal(value)
        }

        static let service = Segment.capture("service")
        static let id = Segment.capture("id")
    }

    /// How many segments stand before those of the pattern.
    static let baseCount = 2

    private let segments: [Segment]

    init(arrayLiteral elements: Segment...) {
        segments = elements
    }

    /// Whether the path has these segments; `/api/maxine` itself was checked before.
    @inline(__always)
    func matches(_ path: NormalisedPath) -> Bool {
        guard path.count == segments.count + Self.baseCount, !path.hasTrailingSlash else {
            return false
        }
        for (index, segment) in segments.enumerated() {
            if case .literal(let text) = segment,
                !path.segment(index + Self.baseCount, equals: text)
            {
                return false
            }
        }
        return true
    }

    /// Whether the path starts with `/api/maxine`.
    static func hasBase(_ path: NormalisedPath) -> Bool {
        path.segment(0, equals: "api") && path.segment(1, equals: "maxine")
    }

    /// The whole path in the form of CONTRACT and OpenAPI, as `/api/maxine/services/{service}`.
    var description: String {
        segments.reduce("/api/maxine") { text, segment in
            switch segment {
            case .literal(let name): "\(text)/\(name)"
            case .capture(let name): "\(text)/{\(name)}"
            }
        }
    }
}
