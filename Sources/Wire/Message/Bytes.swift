import Glibc

/// Byte comparisons and character classes of the HTTP grammar.
enum Bytes {
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let tab: UInt8 = 0x09
    static let colon: UInt8 = 0x3A

    /// Compares with a literal, byte for byte.
    @inline(__always)
    static func equal(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount, let base = bytes.baseAddress else {
            return bytes.isEmpty && text.utf8CodeUnitCount == 0
        }
        return memcmp(base, text.utf8Start, bytes.count) == 0
    }

    /// Compares two runs of bytes.
    @inline(__always)
    static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let a = left.baseAddress, let b = right.baseAddress else { return true }
        return memcmp(a, b, left.count) == 0
    }

    /// Compares ignoring ASCII case.
    static func equalFolded(
        _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
    ) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { folded($0) == folded($1) }
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }

    /// Compares ignoring ASCII case; `text` is lower case and made of letters, digits and `-`.
    @inline(__always)
    static func equalFolded(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count == count, let base = bytes.baseAddress else { return false }
        let other = UnsafeRawPointer(text.utf8Start)
        var index = 0
        while index &+ 8 <= count {
            let a = base.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let b = other.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if a | 0x2020_2020_2020_2020 != b { return false }
            index &+= 8
        }
        while index < count {
            if bytes[index] | 0x20 != text.utf8Start[index] { return false }
            index &+= 1
        }
        return true
    }

    /// Finds a byte at or after `start`.
    @inline(__always)
    static func index(of byte: UInt8, in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = bytes.baseAddress, start < bytes.count else { return nil }
        guard let hit = memchr(base + start, Int32(byte), bytes.count &- start) else { return nil }
        return UnsafeRawPointer(hit) - base
    }

    /// The part between two offsets that lie inside.
    @inline(__always)
    static func part(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int
    ) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }

    /// True for bytes of a token but `_`, which this server takes in no header name.
    ///
    /// RFC 9110 section 5.6.2. An underscore is refused since other software maps it to `-`.
    @inline(__always)
    static func isHeaderName(_ byte: UInt8) -> Bool {
        byte != 0x5F && isToken(byte)
    }

    /// True for bytes of a token (RFC 9110 section 5.6.2).
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        byte < 64
            ? tokenLow &>> UInt64(byte) & 1 == 1
            : byte < 128 && tokenHigh &>> UInt64(byte &- 64) & 1 == 1
    }

    // ! # $ % & ' * + - . 0-9 as bits 0 to 63, and A-Z ^ _ ` a-z | ~ as bits 64 to 127.
    private static let tokenLow: UInt64 = 0x03FF_6CFA_0000_0000
    private static let tokenHigh: UInt64 = 0x57FF_FFFF_C7FF_FFFE

    /// True if every byte may stand in a field value: no control byte but tab.
    ///
    /// RFC 9110 section 5.5.
    @inline(__always)
    static func isFieldValue(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var index = 0
        let count = bytes.count
        // Tokens are long: four words a step take half the time of one.
        while index &+ 32 <= count {
            let found =
                controls(base, index) | controls(base, index &+ 8)
                | controls(base, index &+ 16) | controls(base, index &+ 24)
            if found != 0, !isFieldValueSlow(Bytes.part(bytes, index, index &+ 32)) {
                return false
            }
            index &+= 32
        }
        while index &+ 8 <= count {
            if controls(base, index) != 0, !isFieldValueSlow(Bytes.part(bytes, index, index &+ 8)) {
                return false
            }
            index &+= 8
        }
        return index == count || isFieldValueSlow(Bytes.part(bytes, index, count))
    }

    private static func isFieldValueSlow(_ bytes: UnsafeRawBufferPointer) -> Bool {
        for byte in bytes where (byte < 0x20 && byte != tab) || byte == 0x7F {
            return false
        }
        return true
    }

    /// Not zero if one of the eight bytes at a place is below 0x20 or 0x7F; may also be so for others beside one.
    @inline(__always)
    private static func controls(_ base: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        let word = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        let high: UInt64 = 0x8080_8080_8080_8080
        let low = (word &- 0x2020_2020_2020_2020) & ~word & high
        let flipped = word ^ 0x7F7F_7F7F_7F7F_7F7F
        let delete = (flipped &- 0x0101_0101_0101_0101) & ~flipped & high
        return low | delete
    }

    /// The value of a hexadecimal digit.
    @inline(__always)
    static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte &- 0x30
        case 0x41...0x46: byte &- 0x37
        case 0x61...0x66: byte &- 0x57
        default: nil
        }
    }
}

/// A run of bytes inside a buffer, counted from its reader index.
struct ByteRange: Equatable, Sendable {
    var offset: UInt32
    var count: UInt32

    static let none = ByteRange(offset: 0, count: 0)

    @inline(__always)
    init(offset: UInt32, count: UInt32) {
        self.offset = offset
        self.count = count
    }

    /// Lengths are bounded by the limits of a head, far below four gigabytes.
    @inline(__always)
    init(_ start: Int, _ end: Int) {
        offset = UInt32(truncatingIfNeeded: start)
        count = UInt32(truncatingIfNeeded: end &- start)
    }

    @inline(__always)
    func of(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let start = Int(offset)
        let end = start &+ Int(count)
        guard end <= bytes.count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return Bytes.part(bytes, start, end)
    }
}
