/// Rules on field values that both protocols share.
enum FieldLine {
    /// The value without spaces and tabs around it (RFC 9112 section 5).
    @inline(__always)
    static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = bytes.count
        while start < end, bytes[start] == Bytes.space || bytes[start] == Bytes.tab { start &+= 1 }
        while end > start, bytes[end &- 1] == Bytes.space || bytes[end &- 1] == Bytes.tab {
            end &-= 1
        }
        return Bytes.part(bytes, start, end)
    }

    /// Reads digits only, at most 18 of them: no sign, list or white space (RFC 9110 section 8.6).
    static func contentLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard !bytes.isEmpty, bytes.count <= 18 else { return nil }
        var value = 0
        for byte in bytes {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value &* 10 &+ Int(byte &- 0x30)
        }
        return value
    }

    /// True if a comma-separated list holds the token, ignoring case.
    static func list(_ bytes: UnsafeRawBufferPointer, holds token: StaticString) -> Bool {
        var start = 0
        while start <= bytes.count {
            let end = Bytes.index(of: 0x2C, in: bytes, from: start) ?? bytes.count
            if Bytes.equalFolded(trimmed(Bytes.part(bytes, start, end)), token) { return true }
            start = end + 1
        }
        return false
    }

    /// True for a host with an optional port, and nothing else (RFC 9110 section 7.2).
    ///
    /// Any name that a URL can hold (RFC 3986 section 3.2.2: `_` is in many), IPv6 in brackets, a port of one to five digits.
    static func isHost(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let first = bytes.first, bytes.count <= 261 else { return false }
        var index = 0
        if first == 0x5B {
            guard let close = Bytes.index(of: 0x5D, in: bytes, from: 1), close > 2 else {
                return false
            }
            for byte in Bytes.part(bytes, 1, close) {
                guard Bytes.hexadecimal(byte) != nil || byte == Bytes.colon || byte == 0x2E else {
                    return false
                }
            }
            index = close + 1
        } else {
            while index < bytes.count, isHostByte(bytes[index]) {
                if bytes[index] == 0x25, Escape.decode(bytes, at: index) == nil { return false }
                index &+= 1
            }
            guard index > 0 else { return false }
        }
        if index == bytes.count { return true }
        guard bytes[index] == Bytes.colon else { return false }
        let port = Bytes.part(bytes, index + 1, bytes.count)
        return (1...5).contains(port.count) && port.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }

    @inline(__always)
    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        // - . _ ~ % ! $ & ' ( ) * + ; = but no comma, which would make a list of it.
        case 0x2D, 0x2E, 0x5F, 0x7E, 0x25, 0x21, 0x24, 0x26...0x2B, 0x3B, 0x3D: true
        default: false
        }
    }
}
