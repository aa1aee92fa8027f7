import Text

/// A file's content as a tree: the part of YAML that policies and configuration may use.
///
/// There are no anchors, aliases, tags or keys other than text, and nesting is bounded.
package struct DocumentNode {
    /// What a node can be.
    package indirect enum Content {
        case scalar(DocumentScalar)
        case list([DocumentNode])
        case mapping([DocumentMember])
    }

    package var content: Content
    package var mark: Mark

    /// What the node is, for messages.
    package var kind: String {
        switch content {
        case .list: "a list"
        case .mapping: "a mapping"
        case .scalar(let scalar): scalar.kind
        }
    }
}

/// One key of a mapping with its value.
package struct DocumentMember {
    package var key: String
    package var mark: Mark
    package var value: DocumentNode
}

/// A single value: text, or something that YAML readers take for a number, truth value or nothing.
package struct DocumentScalar {
    package var text: String
    /// Whether it stands without quotes.
    var isPlain: Bool

    /// The type that a YAML 1.1 or 1.2 reader gives it.
    var type: ScalarType { isPlain ? ScalarType(plain: text) : .text }

    package var kind: String {
        switch type {
        case .text: "the text \(quoted(text))"
        case .number: "the number \(Quotation.cut(text))"
        case .truth: "the truth value \(Quotation.cut(text))"
        case .nothing: "nothing"
        }
    }
}

/// What an unquoted YAML scalar means.
enum ScalarType {
    case text
    case number
    case truth
    case nothing

    init(plain text: String) {
        switch text.lowercased() {
        case "", "~", "null": self = .nothing
        case "true", "false", "yes", "no", "on", "off": self = .truth
        case ".inf", "-.inf", "+.inf", ".nan": self = .number
        default: self = Self.isNumber(Array(text.utf8)) ? .number : .text
        }
    }

    private static func isNumber(_ bytes: [UInt8]) -> Bool {
        var digits = bytes[...]
        if digits.first == UInt8(ascii: "-") || digits.first == UInt8(ascii: "+") {
            digits = digits.dropFirst()
        }
        if digits.first == UInt8(ascii: "0"), let base = digits.dropFirst().first,
            "xXoObB".utf8.contains(base)
        {
            let rest = digits.dropFirst(2)
            return !rest.isEmpty && rest.allSatisfy { isHexadecimal($0) }
        }
        guard let first = digits.first, isDecimal(first) || first == UInt8(ascii: ".") else {
            return false
        }
        return isDecimalNumber(digits)
    }

    /// Digits with at most one point and exponent, or with colons between (base 60).
    private static func isDecimalNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
        let mantissaEnd = bytes.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? bytes.endIndex
        let mantissa = bytes[..<mantissaEnd]
        var points = 0
        var hasDigit = false
        for byte in mantissa {
            switch byte {
            case UInt8(ascii: "."): points += 1
            case UInt8(ascii: "_"), UInt8(ascii: ":"): break
            default:
                guard isDecimal(byte) else { return false }
                hasDigit = true
            }
        }
        guard hasDigit, points <= 1 else { return false }
        guard mantissaEnd < bytes.endIndex else { return true }
        var exponent = bytes[(mantissaEnd + 1)...]
        if exponent.first == UInt8(ascii: "-") || exponent.first == UInt8(ascii: "+") {
            exponent = exponent.dropFirst()
        }
        return !exponent.isEmpty && exponent.allSatisfy(isDecimal)
    }

    private static func isDecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDecimal(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
            || byte == UInt8(ascii: "_")
    }
}
