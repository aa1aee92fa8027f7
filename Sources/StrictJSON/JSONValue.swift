import Text

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
        return members.first { $0.name.isExactly(name) }?.value
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

    /// The value where it is whole in any spelling, as `8080.0` or `8.08e3`, and Int64 holds it.
    public var whole: Int64? {
        if let integer { return integer }
        let parts = text.split(maxSplits: 1) { $0 == "e" || $0 == "E" }
        let halves = parts[0].split(separator: ".", maxSplits: 1)
        let fraction = halves.count > 1 ? halves[1] : ""
        let digits = halves[0].drop { $0 == "-" } + fraction
        if digits.allSatisfy({ $0 == "0" }) { return 0 }
        guard let power = parts.count > 1 ? Int(parts[1]) : 0,
            (-Self.powerMax...Self.powerMax).contains(power)
        else { return nil }
        let sign = text.hasPrefix("-") ? "-" : ""
        let shift = power - fraction.count
        if shift >= 0 { return Int64(sign + digits + String(repeating: "0", count: shift)) }
        guard digits.count > -shift, digits.suffix(-shift).allSatisfy({ $0 == "0" }) else {
            return nil
        }
        return Int64(sign + digits.dropLast(-shift))
    }

    /// Powers of ten beyond those that any whole number of 64 bits is written with.
    private static let powerMax = 400
}
