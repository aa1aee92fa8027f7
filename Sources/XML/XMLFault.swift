/// Why a document is not taken.
public enum XMLFault: Error, Equatable, Sendable {
    /// It is not well-formed, or its namespaces are not; the place is a count of bytes.
    case malformed(String, at: Int)
    /// It holds what no message of ours may: a document type, a comment, a processing instruction, a CDATA section.
    case forbidden(String, at: Int)
    /// It is larger than a message may be.
    case tooLarge(String)

    /// A stable word for records.
    public var code: String {
        switch self {
        case .malformed: "xml_malformed"
        case .forbidden: "xml_forbidden"
        case .tooLarge: "xml_too_large"
        }
    }
}

extension XMLFault: CustomStringConvertible {
    /// One line for people; nothing of the document stands in it.
    public var description: String {
        switch self {
        case .malformed(let what, let place): "byte \(place): \(what)"
        case .forbidden(let what, let place): "byte \(place): \(what) is not allowed in a message"
        case .tooLarge(let what): what
        }
    }
}
