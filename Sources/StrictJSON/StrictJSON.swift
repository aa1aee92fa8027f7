import Text

/// Parses JSON texts by RFC 8259 and RFC 7493 (I-JSON): UTF-8, no duplicate names, nothing after.
public enum StrictJSON {
    /// Parses one JSON text.
    ///
    /// - Parameters:
    ///   - bytes: The whole text in UTF-8.
    ///   - limits: What is accepted at most.
    /// - Returns: The value, members in source order.
    /// - Throws: ``JSONError`` with the place of the first fault.
    public static func parse(
        _ bytes: [UInt8], limits: JSONLimits = .standard
    ) throws(JSONError) -> JSONValue {
        var parser = Parser(bytes: bytes, limits: limits)
        return try parser.parseText()
    }
}

struct Parser {
    let bytes: [UInt8]
    let limits: JSONLimits
    var position = 0
    var values = 0

    init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func parseText() throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.bytesMax else {
            throw fault("text is longer than \(limits.bytesMax) bytes", at: 0)
        }
        let value = try parseValue(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw fault("unexpected text after the value") }
        return value
    }

    mutating func parseValue(depth: Int) throws(JSONError) -> JSONValue {
        skipSpace()
        values += 1
        guard values <= limits.valuesMax else {
            throw fault("more than \(limits.valuesMax) values")
        }
        guard depth <= limits.depthMax else {
            throw fault("nested deeper than \(limits.depthMax) levels")
        }
        guard let byte = peek() else { throw fault("unexpected end of text") }
        switch byte {
        case UInt8(ascii: "{"): return try parseObject(depth: depth)
        case UInt8(ascii: "["): return try parseArray(depth: depth)
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        default: throw fault("unexpected character, expected a value")
        }
    }

    mutating func parseObject(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var members: [JSONMember] = []
        var names: Set<ExactText> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipSpace()
            let start = position
            guard peek() == UInt8(ascii: "\"") else { throw fault("expected a member name") }
            let name = try parseString()
            guard names.insert(ExactText(name)).inserted else {
                throw fault("duplicate member \(quote(name))", at: start)
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fault("expected ':' after a member name") }
            members.append(JSONMember(name: name, value: try parseValue(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw fault("expected ',' or '}'") }
        }
    }

    mutating func parseArray(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            elements.append(try parseValue(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw fault("expected ',' or ']'") }
        }
    }

    mutating func parseWord(
        _ word: StaticString, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        let start = position
        for expected in word.description.utf8 {
            guard take(expected) else { throw fault("expected \"\(word)\"", at: start) }
        }
        return value
    }

    mutating func parseNumber() throws(JSONError) -> JSONValue {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try takeDigits() }
        if take(UInt8(ascii: ".")) { try takeDigits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try takeDigits()
        }
        return .number(JSONNumber(text: String(decoding: bytes[start..<position], as: UTF8.self)))
    }

    mutating func takeDigits() throws(JSONError) {
        let start = position
        while let byte = peek(), byte >= 0x30, byte <= 0x39 { position += 1 }
        guard position > start else { throw fault("expected a digit") }
    }
}

extension Parser {
    func peek() -> UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    func fault(_ message: String, at offset: Int? = nil) -> JSONError {
        let end = min(offset ?? position, bytes.count)
        var line = 1
        var lineStart = 0
        for index in 0..<end where bytes[index] == 0x0A {
            line += 1
            lineStart = index + 1
        }
        return JSONError(line: line, column: end - lineStart + 1, message: message)
    }
}
