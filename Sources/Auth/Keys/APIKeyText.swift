/// The text of an API key: `mxk_<8 characters>_<43 characters><6 characters>`.
///
/// The first part is the key's public name, the second 256 random bits, the third a checksum of all before it, so that
/// typing errors and random strings are refused without a look at the store. Scanners find keys by
/// `mxk_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}`.
public struct APIKeyText: Sendable, CustomStringConvertible, CustomReflectable {
    static let prefix = "mxk_"
    static let idLength = 8
    static let secretLength = 43
    static let checksumLength = 6
    /// Characters of a whole key.
    public static let length = 4 + idLength + 1 + secretLength + checksumLength

    private static let alphabet = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// The key's public name.
    public let id: String
    /// The whole key; shown once, never kept.
    public let bytes: [UInt8]

    /// Makes a new key from the system's random numbers.
    public static func random() -> APIKeyText { with(id: randomText(idLength)) }

    /// Makes a new secret for a key that there is.
    public static func with(id: String) -> APIKeyText {
        let body = Array((prefix + id + "_" + randomText(secretLength)).utf8)
        return APIKeyText(id: id, bytes: body + checksum(body))
    }

    private init(id: String, bytes: [UInt8]) {
        self.id = id
        self.bytes = bytes
    }

    /// Reads a key; nil unless form and checksum are right.
    public init?(parsing bytes: [UInt8]) {
        guard bytes.count == Self.length, APIKeyText.hasForm(bytes) else { return nil }
        let body = bytes.dropLast(Self.checksumLength)
        guard bytes.suffix(Self.checksumLength).elementsEqual(APIKeyText.checksum(body)) else {
            return nil
        }
        id = String(decoding: bytes[4..<(4 + Self.idLength)], as: UTF8.self)
        self.bytes = bytes
    }

    /// Whether the bytes begin as an API key does.
    static func hasPrefix(_ bytes: [UInt8]) -> Bool { bytes.starts(with: prefix.utf8) }

    private static func hasForm(_ bytes: [UInt8]) -> Bool {
        let mark = 4 + idLength
        return hasPrefix(bytes) && bytes[mark] == UInt8(ascii: "_")
            && bytes.indices.dropFirst(4).allSatisfy { $0 == mark || alphabet.contains(bytes[$0]) }
    }

    private static func randomText(_ length: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return String(
            decoding: (0..<length).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }, as: UTF8.self)
    }

    /// CRC-32 (ISO 3309) in base 62, the most significant digit first.
    static func checksum(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var value: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
        var rest = Int(~value)
        var digits: [UInt8] = []
        for _ in 0..<checksumLength {
            digits.append(alphabet[rest % alphabet.count])
            rest /= alphabet.count
        }
        return digits.reversed()
    }

    /// The public part only.
    public var description: String { "API key \(id)" }

    /// An empty mirror: no dump shows the secret.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
