package import Wire

/// What a pattern takes out of a path.
package enum Capture: String, Sendable {
    case service, id, provider
    /// Where a tile stands, and its number in groups of digits.
    case level, billions, millions, thousands, units
}

/// A path below a table's prefix: literal segments and captures.
package struct PathPattern: Sendable, ExpressibleByArrayLiteral {
    package enum Segment: Sendable, ExpressibleByStringLiteral {
        case literal(StaticString)
        case capture(Capture)

        package init(stringLiteral value: StaticString) {
            self = .literal(value)
        }

        package static let service = Segment.capture(.service)
        package static let id = Segment.capture(.id)
        package static let provider = Segment.capture(.provider)
    }

    private let segments: [Segment]

    package init(arrayLiteral elements: Segment...) {
        self.init(elements)
    }

    package init(_ segments: [Segment]) {
        self.segments = segments
    }

    /// Whether the path has these segments behind the table's prefix, which was checked before.
    @inline(__always)
    package func matches(_ path: NormalisedPath, behind prefixCount: Int) -> Bool {
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

    /// Whether its first segment is this one.
    func begins(with text: String) -> Bool {
        guard case .literal(let first)? = segments.first else { return false }
        return first.description == text
    }

    /// Where a capture stands.
    func place(of wanted: Capture) -> Int? {
        for (index, segment) in segments.enumerated() {
            if case .capture(wanted) = segment { return index }
        }
        return nil
    }

    /// The whole path, with what `value` gives in the place of captures.
    func text(behind prefix: [StaticString], _ value: (Capture) -> String) -> String {
        let path = segments.reduce(prefix.reduce("") { "\($0)/\($1)" }) { text, segment in
            switch segment {
            case .literal(let name): "\(text)/\(name)"
            case .capture(let name): "\(text)/\(value(name))"
            }
        }
        return path.isEmpty ? "/" : path
    }
}
