internal import Text

/// Moments as SAML writes them: UTC, with or without a fraction (SAML Core section 1.3.3).
enum SAMLTime {
    /// Seconds since the Unix epoch; a fraction is cut off.
    ///
    /// Nil for anything else than `2026-11-29T00:20:00[.123]Z`.
    static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard (20...30).contains(bytes.count), bytes.last == UInt8(ascii: "Z"),
            bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == UInt8(ascii: "T"), bytes[13] == 0x3A,
            bytes[16] == 0x3A
        else { return nil }
        let fraction = bytes[19..<bytes.count - 1]
        guard fraction.isEmpty || fraction.first == 0x2E && fraction.count > 1,
            fraction.dropFirst().allSatisfy(isDigit)
        else { return nil }
        guard let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
            let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]),
            let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            hour < 24, minute < 60, second < 60,
            let days = CivilTime.daysSince1970(year: year, month: month, day: day)
        else { return nil }
        return days * 86_400 + hour * 3_600 + minute * 60 + second
    }

    /// How a moment is written.
    static func text(_ seconds: Int64) -> String {
        CivilTime(secondsSince1970: seconds).rfc3339
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard digits.allSatisfy(isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }
}
