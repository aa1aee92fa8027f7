/// The instants at which rules begin or cease to apply, and the present.
///
/// Between two neighbours nothing changes: each is the first of a stretch of time in which all rules stay as they are.
struct CircumstanceTimes {
    /// Empty when no rule asks for the time.
    let instants: [Int64]

    private static let week: Int64 = 7 * 86_400 * 1_000_000_000
    private static let minute: Int64 = 60 * 1_000_000_000

    init(_ rules: [RuleDeclaration], nowNanoseconds now: Int64) {
        var bounds: Set<Int64> = []
        for rule in rules {
            let edges = [rule.validity.from, rule.validity.until, rule.shadowUntil]
            for edge in edges.compactMap({ $0 }) {
                bounds.insert(edge)
                if edge > Int64.min + 1 { bounds.insert(edge - 1) }
            }
        }
        let windows = Set(rules.compactMap(\.when.time))
        if bounds.isEmpty, windows.isEmpty {
            instants = []
            return
        }
        bounds.insert(now)
        var all = bounds
        var zones: [String: ZoneTable] = [:]
        for window in windows {
            let zone = zones[window.zone] ?? ZoneTable(window.zone)
            zones[window.zone] = zone
            for base in bounds { all.formUnion(Self.edges(of: window, zone, after: base)) }
        }
        instants = all.sorted()
    }

    /// The minutes of the week behind an instant at which a window may open or close.
    private static func edges(
        of window: TimeWindow, _ zone: ZoneTable, after base: Int64
    ) -> [Int64] {
        let start = zone.minuteOfWeek(base)
        let whole = base - base % minute
        guard whole < Int64.max - week else { return [] }
        return (0..<7).flatMap { day in
            [0, window.startMinute, window.endMinute % TimeWindow.minutesADay].compactMap { edge in
                let local = day * TimeWindow.minutesADay + edge
                let distance =
                    (local - start + 7 * TimeWindow.minutesADay)
                    % (7 * TimeWindow.minutesADay)
                let instant = whole + Int64(distance) * minute
                // A change of the clock within the week moves the edge by its offset.
                let drift = local - zone.minuteOfWeek(instant)
                return instant + Int64(abs(drift) <= 180 ? drift : 0) * minute
            }
        }
    }
}

extension TestTime {
    /// The instant as RFC 3339 in UTC, whole seconds.
    static func text(_ nanoseconds: Int64) -> String {
        var days = nanoseconds / 86_400_000_000_000
        var second = nanoseconds / 1_000_000_000 - days * 86_400
        if second < 0 {
            days -= 1
            second += 86_400
        }
        // Days from civil, turned round (Howard Hinnant's algorithm, proleptic Gregorian).
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(year)-\(two(month))-\(two(day))T\(two(second / 3_600)):"
            + "\(two(second / 60 % 60)):\(two(second % 60))Z"
    }
}
