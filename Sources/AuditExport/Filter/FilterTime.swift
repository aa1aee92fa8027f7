internal import Audit

/// The times that a filter takes: RFC 3339 in UTC, a date, or a span back from now.
enum FilterTime {
    static let form = "a time as 2026-11-23T14:00:00Z, a date as 2026-11-23, or a span as 24h"

    /// Reads a time; nil if it has none of the forms.
    static func parse(_ text: String, nowNanoseconds: Int64) -> Int64? {
        if let span = span(text) {
            let (nanoseconds, overflow) = span.multipliedReportingOverflow(by: 1_000_000_000)
            return overflow ? nil : max(0, nowNanoseconds - nanoseconds)
        }
        return LogTime.parse(padded(text))
    }

    /// Seconds of a span such as `90s`, `15m`, `24h` or `7d`.
    static func span(_ text: String) -> Int64? {
        let units: [(Character, Int64)] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)]
        guard let unit = units.first(where: { $0.0 == text.last }) else { return nil }
        let digits = text.dropLast()
        guard (1...9).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(digits)
        else { return nil }
        return number * unit.1
    }

    /// Adds what the log's own form has beyond a shorter one.
    private static func padded(_ text: String) -> String {
        if text.utf8.count == 10 { return text + "T00:00:00.000000000Z" }
        guard text.hasSuffix("Z") else { return text }
        let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { return text }
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard (1...9).contains(fraction.utf8.count) else { return text }
        let zeros = String(repeating: "0", count: 9 - fraction.utf8.count)
        return "\(parts[0]).\(fraction)\(zeros)Z"
    }
}
