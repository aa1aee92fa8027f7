extension Parser {
    /// Parses a string from its opening quote: escapes resolved, UTF-8 and surrogates checked.
    mutating func parseString() throws(JSONError) -> String {
        let start = position
        position += 1
        var text: [UInt8] = []
        while true {
            guard let byte = peek() else { throw fault("unterminated string", at: start) }
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw fault("string is not valid UTF-8", at: start)
                }
                return string
            case UInt8(ascii: "\\"):
                try parseEscape(into: &text)
            case 0..<0x20:
                throw fault("control character in a string must be escaped")
            default:
                text.append(byte)
                position += 1
            }
        }
    }

    private mutating func parseEscape(into text: inout [UInt8]) throws(JSONError) {
        let start = position
        position += 1
        guard let byte = peek() else { throw fault("unterminated string", at: start) }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try parseScalar(start)).utf8)
        default: throw fault("unknown escape in a string", at: start)
        }
    }

    private mutating func parseScalar(_ start: Int) throws(JSONError) -> Unicode.Scalar {
        let first = try parseHex(start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw fault("lone surrogate in a string", at: start)
        }
        let second = try parseHex(start)
        guard (0xDC00...0xDFFF).contains(second) else {
            throw fault("lone surrogate in a string", at: start)
        }
        let combined = 0x10000 + (UInt32(first & 0x3FF) << 10) + UInt32(second & 0x3FF)
        guard let scalar = Unicode.Scalar(combined) else {
            throw fault("lone surrogate in a string", at: start)
        }
        return scalar
    }

    private mutating func parseHex(_ start: Int) throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            else {
                throw fault("expected four hexadecimal digits after \\u", at: start)
            }
            position += 1
            value = value << 4 | UInt16(digit)
        }
        return value
    }
}
