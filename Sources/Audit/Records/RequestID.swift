/// The identifier of one request, at most 64 characters of `[A-Za-z0-9._-]`, held inline.
public struct RequestID: Hashable, Sendable, CustomStringConvertible {
    private var words = InlineArray<8, UInt64>(repeating: 0)
    private(set) var count = 0

    /// Makes an identifier of 128 random bits, as 32 hexadecimal digits.
    public init(high: UInt64, low: UInt64) {
        count = 32
        for place in 0..<16 {
            set(place, to: Hex.digit(high >> UInt64(60 - 4 * place)))
            set(place + 16, to: Hex.digit(low >> UInt64(60 - 4 * place)))
        }
    }

    /// Makes a random identifier.
    public init(using generator: inout some RandomNumberGenerator) {
        self.init(high: generator.next(), low: generator.next())
    }

    /// Takes a client's identifier if it is 1 to 64 characters of `[A-Za-z0-9._-]`, else nil.
    public init?(validating bytes: some Sequence<UInt8>) {
        for byte in bytes {
            guard count < Limits.requestIDBytesMax, Self.isAllowed(byte) else { return nil }
            set(count, to: byte)
            count += 1
        }
        if count == 0 { return nil }
    }

    /// The characters.
    public var description: String {
        withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// Calls the body with the characters in place.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try Swift.withUnsafeBytes(of: words) {
            try body(UnsafeRawBufferPointer(rebasing: $0[..<count]))
        }
    }

    /// Compares the characters.
    public static func == (left: RequestID, right: RequestID) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<8 where left.words[index] != right.words[index] { return false }
        return true
    }

    /// Feeds the characters.
    public func hash(into hasher: inout Hasher) {
        for index in 0..<8 { hasher.combine(words[index]) }
    }

    private mutating func set(_ place: Int, to byte: UInt8) {
        Swift.withUnsafeMutableBytes(of: &words) { $0[place] = byte }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

/// Lower-case hexadecimal digits.
enum Hex {
    static func digit(_ value: UInt64) -> UInt8 {
        let nibble = UInt8(truncatingIfNeeded: value & 15)
        return nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var out: [UInt8] = []
        for byte in bytes {
            out.append(digit(UInt64(byte >> 4)))
            out.append(digit(UInt64(byte)))
        }
        return String(decoding: out, as: UTF8.self)
    }
}
