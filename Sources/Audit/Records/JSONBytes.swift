/// JSON written straight into bytes (RFC 8259); slashes are not escaped.
extension [UInt8] {
    @inline(__always)
    mutating func append(_ literal: StaticString) {
        append(
            contentsOf: UnsafeBufferPointer(
                start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Appends a decimal number.
    mutating func append(decimal value: UInt64) {
        var rest = value
        var digits: (UInt64, UInt64, UInt32) = (0, 0, 0)
        Swift.withUnsafeMutableBytes(of: &digits) { block in
            var start = 20
            repeat {
                start -= 1
                block[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest != 0
            append(contentsOf: UnsafeRawBufferPointer(rebasing: block[start..<20]))
        }
    }

    /// Appends a quoted, escaped string.
    mutating func append(quoted text: String) {
        append(UInt8(ascii: "\""))
        let direct: Void? = text.utf8.withContiguousStorageIfAvailable {
            append(escaping: UnsafeRawBufferPointer($0))
        }
        if direct == nil {
            let copy = [UInt8](text.utf8)
            copy.withUnsafeBytes { append(escaping: $0) }
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func append(escaping bytes: UnsafeRawBufferPointer) {
        var clean = 0
        for index in bytes.indices {
            let byte = bytes[index]
            if byte >= 0x20, byte != 0x22, byte != 0x5C { continue }
            append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[clean..<index]))
            append(escape: byte)
            clean = index + 1
        }
        append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[clean...]))
    }

    private mutating func append(escape byte: UInt8) {
        switch byte {
        case 0x22: append(#"\""#)
        case 0x5C: append(#"\\"#)
        case 0x08: append(#"\b"#)
        case 0x09: append(#"\t"#)
        case 0x0A: append(#"\n"#)
        case 0x0C: append(#"\f"#)
        case 0x0D: append(#"\r"#)
        default:
            append(#"\u00"#)
            append(Hex.digit(UInt64(byte >> 4)))
            append(Hex.digit(UInt64(byte)))
        }
    }
}
