/// Why a path or query is refused.
public enum TargetProblem: String, Error, Equatable, Sendable, CaseIterable {
    case notAbsolute = "path_not_absolute"
    case emptySegment = "path_empty_segment"
    case dotSegment = "path_dot_segment"
    case trailingDot = "path_trailing_dot"
    case outsideSpace = "path_outside_space"
    case forbiddenByte = "path_forbidden_byte"
    case badEscape = "bad_percent_escape"
    case forbiddenEscape = "forbidden_percent_escape"
    case tooManySegments = "path_too_many_segments"
    case tooManyPairs = "query_too_many_pairs"
    case duplicateKey = "query_duplicate_key"
    case emptyKey = "query_empty_key"
    case notUTF8 = "query_not_utf8"

    /// The stable code for audit records and metrics.
    public var code: String { rawValue }

    /// One line for the client.
    public var reason: String {
        switch self {
        case .notAbsolute: "the path does not start with a slash"
        case .emptySegment: "the path has an empty segment"
        case .dotSegment: "the path has a dot segment"
        case .trailingDot: "a path segment ends in a dot"
        case .outsideSpace: "a path segment starts or ends with a space"
        case .forbiddenByte: "the path has a byte that is not allowed in it"
        case .badEscape: "a percent sign is not followed by two hexadecimal digits"
        case .forbiddenEscape: "a percent escape stands for a byte that is not allowed"
        case .tooManySegments: "the path has more than \(NormalisedPath.segmentsMax) segments"
        case .tooManyPairs: "the query has more than \(Query.pairsMax) pairs"
        case .duplicateKey: "a query key stands twice"
        case .emptyKey: "a query pair has no key"
        case .notUTF8: "the query is not UTF-8"
        }
    }
}

extension TargetProblem: CustomStringConvertible {
    /// One line for people.
    public var description: String { reason }
}
