/// JSON written straight into bytes (RFC 8259); slashes are not escaped.
extension [UInt8] {
    /// Appends a decimal number.
    public mutating func append(decimal value: UInt64) {
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
    public mutating func append(quoted text: String) {
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
        append(UInt8(ascii: "\\"))
        switch byte {
        case 0x22, 0x5C: append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            append(contentsOf: "u00".utf8)
            append(Self.hexDigit(byte >> 4))
            append(Self.hexDigit(byte & 15))
        }
    }

    private static func hexDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }
}
