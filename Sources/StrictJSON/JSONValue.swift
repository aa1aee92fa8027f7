/// A JSON text as it was written: members keep their order, numbers their spelling.
public enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// The value of an object's member, or nil where there is none or this is no object.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The text of a string value, else nil.
    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The value of a number that is a whole number within Int64, else nil.
    public var integer: Int64? {
        guard case .number(let number) = self else { return nil }
        return number.integer
    }

    /// What kind of value this is, in JSON's own words, for error messages.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// One name and value of a JSON object.
public struct JSONMember: Equatable, Sendable {
    /// The member's name, unescaped.
    public let name: String
    /// The member's value.
    public let value: JSONValue

    /// Makes a member.
    public init(name: String, value: JSONValue) {
        self.name = name
        self.value = value
    }
}

/// A JSON number in the spelling of its source (RFC 8259 section 6).
public struct JSONNumber: Equatable, Sendable {
    /// The number's text, valid by the grammar.
    public let text: String

    init(text: String) {
        self.text = text
    }

    /// The value where the text is an integer without fraction or exponent that Int64 holds.
    public var integer: Int64? { Int64(text) }
}
