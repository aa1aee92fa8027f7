internal import Wire

/// A path: literal segments and captures; below `/api/maxine` unless it is made with `root`.
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

    /// How many segments stand before those of the pattern: two for `/api/maxine`, none for other paths.
    let baseCount: Int

    private let segments: [Segment]

    init(arrayLiteral elements: Segment...) {
        segments = elements
        baseCount = 2
    }

    private init(root segments: [Segment]) {
        self.segments = segments
        baseCount = 0
    }

    /// A path from the root, as `/.well-known/openid-configuration`.
    static func root(_ segments: Segment...) -> PathPattern {
        PathPattern(root: segments)
    }

    /// Whether the path has these segments; `hasBase` says whether it starts with `/api/maxine`.
    @inline(__always)
    func matches(_ path: NormalisedPath, hasBase: Bool) -> Bool {
        guard path.count == segments.count + baseCount, hasBase || baseCount == 0,
            !path.hasTrailingSlash
        else { return false }
        for (index, segment) in segments.enumerated() {
            if case .literal(let text) = segment,
                !path.segment(index + baseCount, equals: text)
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
        segments.reduce(baseCount == 0 ? "" : "/api/maxine") { text, segment in
            switch segment {
            case .literal(let name): "\(text)/\(name)"
            case .capture(let name): "\(text)/{\(name)}"
            }
        }
    }
}
