/// The text of an API key: `mxk_<8 characters>_<43 characters><6 characters>`.
///
/// The first part is the key's public id, the second 256 random bits, the third a checksum of all before it, so that typing
/// errors and random strings are refused without a look at the store. `mxk_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}` finds keys.
public struct APIKeyText: Sendable {
    /// Characters of a public id.
    public static let idCount = 8
    /// Characters of a whole key.
    public static let count = prefix.count + idCount + 1 + secretCount + checksumCount

    private static let prefix = Array("mxk_".utf8)
    private static let secretCount = 43
    static let checksumCount = 6
    private static let digits = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// The public id.
    public let id: String
    /// The whole key: shown once, never kept.
    public let bytes: [UInt8]

    /// A new public id.
    public static func newID() -> String { String(decoding: random(idCount), as: UTF8.self) }

    /// A new secret for the key of an id.
    public init(newSecretOf id: String) {
        let body =
            Self.prefix + Array(id.utf8) + [UInt8(ascii: "_")] + Self.random(Self.secretCount)
        self.id = id
        bytes = body + Self.checksum(of: body)
    }

    /// Reads a key; nil unless form and checksum are right.
    public init?(parsing bytes: some RandomAccessCollection<UInt8>) {
        guard bytes.count == Self.count, Self.hasForm(bytes) else { return nil }
        let body = bytes.dropLast(Self.checksumCount)
        guard bytes.suffix(Self.checksumCount).elementsEqual(Self.checksum(of: body)) else {
            return nil
        }
        let id = bytes.dropFirst(Self.prefix.count).prefix(Self.idCount)
        self.id = String(decoding: id, as: UTF8.self)
        self.bytes = Array(bytes)
    }

    /// Whether a text may be a key's public id.
    public static func isID(_ text: String) -> Bool {
        text.utf8.count == idCount && text.utf8.allSatisfy(isDigit)
    }

    /// Whether bytes begin with the form of a key, whatever its checksum and whatever follows.
    public static func hasForm(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
        guard bytes.count >= count, bytes.starts(with: prefix) else { return false }
        let place = prefix.count + idCount
        return bytes.prefix(count).enumerated().dropFirst(prefix.count).allSatisfy {
            $0.offset == place ? $0.element == UInt8(ascii: "_") : isDigit($0.element)
        }
    }

    /// Whether a text begins as keys do, whatever follows.
    public static func hasPrefix(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.starts(with: prefix)
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    static func random(_ count: Int) -> [UInt8] {
        var numbers = SystemRandomNumberGenerator()
        return (0..<count).compactMap { _ in digits.randomElement(using: &numbers) }
    }

    /// CRC-32 (ISO 3309) in base 62, the most significant digit first.
    static func checksum(of bytes: some Sequence<UInt8>) -> [UInt8] {
        var value: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
        var rest = Int(~value)
        var text: [UInt8] = []
        for _ in 0..<checksumCount {
            text.append(digits[rest % digits.count])
            rest /= digits.count
        }
        return text.reversed()
    }
}

extension APIKeyText: CustomStringConvertible, CustomReflectable {
    /// The public part only.
    public var description: String { "API key \(id)" }

    /// Nothing, so that no dump shows the secret.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
