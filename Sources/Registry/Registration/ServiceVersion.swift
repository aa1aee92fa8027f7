/// A version of an instance: `N.N` or `N.N.N`, then optionally `-pre.release` and `+build`.
///
/// `1.0` and `1.0.0` are equal; build metadata does not take part (Semantic Versioning 2.0.0,
/// items 2, 9 and 10).
public struct ServiceVersion: Hashable, Sendable {
    /// The first number.
    public let major: UInt32
    /// The second number.
    public let minor: UInt32
    /// The third number, 0 where it is not written.
    public let patch: UInt32
    /// The text after `-`, without it; empty for a release.
    public let prerelease: String

    /// Reads a version, or gives nil where the text has another form.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= RegistryLimits.versionBytesMax else { return nil }
        let plus = bytes.firstIndex(of: UInt8(ascii: "+"))
        if let plus, !ServiceVersion.areIdentifiers(bytes[(plus + 1)...], numbersPlain: false) {
            return nil
        }
        let front = bytes[..<(plus ?? bytes.endIndex)]
        let dash = front.firstIndex(of: UInt8(ascii: "-"))
        let tail = dash.map { front[($0 + 1)...] }
        if let tail, !ServiceVersion.areIdentifiers(tail, numbersPlain: true) { return nil }
        let parts = front[..<(dash ?? front.endIndex)]
            .split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let numbers = parts.compactMap(ServiceVersion.number)
        guard numbers.count == parts.count, numbers.count == 2 || numbers.count == 3 else {
            return nil
        }
        major = numbers[0]
        minor = numbers[1]
        patch = numbers.count == 3 ? numbers[2] : 0
        prerelease = tail.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt32? {
        guard let first = digits.first, digits.allSatisfy(isDigit) else { return nil }
        guard first != UInt8(ascii: "0") || digits.count == 1 else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self))
    }

    private static func areIdentifiers(_ text: ArraySlice<UInt8>, numbersPlain: Bool) -> Bool {
        text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { part in
                guard let first = part.first else { return false }
                if numbersPlain, part.allSatisfy(isDigit), part.count > 1 {
                    return first != UInt8(ascii: "0")
                }
                return part.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") }
            }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
    }
}
