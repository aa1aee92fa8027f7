extension JSONCursor {
    /// Steps over a string and gives the range between its quotes, or nil.
    mutating func skipString() -> Range<Int>? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = index
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                let end = index
                _ = take(byte)
                return start..<end
            case UInt8(ascii: "\\"):
                guard skipEscape() else { return nil }
            case 0x20..<0x80: _ = take(byte)
            default:
                guard skipScalar() else { return nil }
            }
        }
        return nil
    }

    private mutating func skipEscape() -> Bool {
        _ = take(UInt8(ascii: "\\"))
        guard let kind = peek else { return false }
        _ = take(kind)
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return true
        case UInt8(ascii: "u"):
            guard let unit = hexUnit() else { return false }
            if unit & 0xFC00 == 0xDC00 { return false }
            if unit & 0xFC00 != 0xD800 { return true }
            guard take(#"\u"#), let low = hexUnit() else { return false }
            return low & 0xFC00 == 0xDC00
        default: return false
        }
    }

    /// Steps over four hexadecimal digits.
    private mutating func hexUnit() -> UInt16? {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Self.hexValue(byte) else { return nil }
            _ = take(byte)
            value = value << 4 | digit
        }
        return value
    }

    private static func hexValue(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// Steps over one scalar of two to four bytes (RFC 3629 section 4).
    private mutating func skipScalar() -> Bool {
        guard let first = peek else { return false }
        _ = take(first)
        switch first {
        case 0xC2...0xDF: return skipTail(0x80...0xBF, more: 0)
        case 0xE0: return skipTail(0xA0...0xBF, more: 1)
        case 0xED: return skipTail(0x80...0x9F, more: 1)
        case 0xE1...0xEF: return skipTail(0x80...0xBF, more: 1)
        case 0xF0: return skipTail(0x90...0xBF, more: 2)
        case 0xF1...0xF3: return skipTail(0x80...0xBF, more: 2)
        case 0xF4: return skipTail(0x80...0x8F, more: 2)
        default: return false
        }
    }

    private mutating func skipTail(_ second: ClosedRange<UInt8>, more: Int) -> Bool {
        guard let byte = peek, second.contains(byte) else { return false }
        _ = take(byte)
        for _ in 0..<more {
            guard let next = peek, (0x80...0xBF).contains(next) else { return false }
            _ = take(next)
        }
        return true
    }
}
