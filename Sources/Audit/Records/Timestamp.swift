import Text

/// RFC 3339 section 5.6 timestamps in UTC with nine digits of a second: always 30 bytes.
struct Timestamp {
    static let byteCount = 30
    private var second: Int64 = .min
    private var text: [UInt8] = []

    /// Appends a time given in nanoseconds since 1970; times outside the years 1970 to 9999 are clamped.
    mutating func append(_ nanoseconds: Int64, to out: inout [UInt8]) {
        let clamped = max(0, nanoseconds)
        let (whole, fraction) = clamped.quotientAndRemainder(dividingBy: 1_000_000_000)
        if whole != second { refresh(whole) }
        out.append(contentsOf: text)
        Self.append(UInt64(fraction), digits: 9, to: &out)
        out.append("Z")
    }

    /// Reads a timestamp as written by `append`, or nil.
    static func parse(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let text = Array(bytes)
        guard text.count == byteCount else { return nil }
        for (index, mark) in [
            (4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "."), (29, "Z"),
        ]
        where text[index] != Array(mark.utf8)[0] { return nil }
        let parts = [(0, 4), (5, 2), (8, 2), (11, 2), (14, 2), (17, 2), (20, 9)].map {
            number(text[$0.0..<$0.0 + $0.1])
        }
        let known = parts.compactMap { $0 }
        guard known.count == 7, known[0] >= 1970, known[0] < 2262 else { return nil }
        guard known[3] < 24, known[4] < 60, known[5] < 60,
            let days = CivilTime.daysSince1970(year: known[0], month: known[1], day: known[2])
        else { return nil }
        let seconds = days * 86_400 + known[3] * 3600 + known[4] * 60 + known[5]
        return seconds * 1_000_000_000 + known[6]
    }

    private mutating func refresh(_ whole: Int64) {
        second = whole
        let date = CivilTime(secondsSince1970: whole)
        let rest = UInt64(date.secondOfDay)
        text.removeAll(keepingCapacity: true)
        Self.append(UInt64(date.year), digits: 4, to: &text)
        text.append("-")
        Self.append(UInt64(date.month), digits: 2, to: &text)
        text.append("-")
        Self.append(UInt64(date.day), digits: 2, to: &text)
        text.append("T")
        Self.append(rest / 3600, digits: 2, to: &text)
        text.append(":")
        Self.append(rest / 60 % 60, digits: 2, to: &text)
        text.append(":")
        Self.append(rest % 60, digits: 2, to: &text)
        text.append(".")
    }

    private static func append(_ value: UInt64, digits: Int, to out: inout [UInt8]) {
        var divisor: UInt64 = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return value
    }
}
