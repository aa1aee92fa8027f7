/// Dates and times of day in UTC, without a calendar library (proleptic Gregorian, no leap seconds).
public struct CivilTime: Equatable, Sendable {
    /// Years from 0 on.
    public let year: Int64
    /// 1 to 12.
    public let month: Int64
    /// 1 to 31.
    public let day: Int64
    /// Seconds since midnight.
    public let secondOfDay: Int64

    /// The time so many seconds after 1970-01-01T00:00:00Z; negative ones lie before.
    public init(secondsSince1970 seconds: Int64) {
        let days = Self.floor(seconds, 86_400)
        secondOfDay = seconds - days * 86_400
        let shifted = days + 719_468
        let era = Self.floor(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let place = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * place + 2) / 5 + 1
        month = place < 10 ? place + 3 : place - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// The days from 1970-01-01 to a date from the year 0 on; nil for a day that its month does not have.
    public static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64? {
        guard (0...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= days(of: month, in: year)
        else { return nil }
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = floor(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let place = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * place + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    /// RFC 3339 with whole seconds, as `2026-11-23T14:36:20Z`.
    public var rfc3339: String {
        "\(Self.pad(year, 4))-\(Self.pad(month, 2))-\(Self.pad(day, 2))T"
            + "\(Self.pad(secondOfDay / 3600, 2)):\(Self.pad(secondOfDay / 60 % 60, 2)):"
            + "\(Self.pad(secondOfDay % 60, 2))Z"
    }

    /// The same from nanoseconds since 1970, cut to the second.
    public static func rfc3339(nanoseconds: Int64) -> String {
        CivilTime(secondsSince1970: floor(nanoseconds, 1_000_000_000)).rfc3339
    }

    private static func days(of month: Int64, in year: Int64) -> Int64 {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    private static func floor(_ number: Int64, _ divisor: Int64) -> Int64 {
        let quotient = number / divisor
        return number % divisor < 0 ? quotient - 1 : quotient
    }

    private static func pad(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
