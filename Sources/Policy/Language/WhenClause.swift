/// What a rule's `when` asks for; all of it must hold.
struct WhenClause: Hashable, Sendable {
    var sourceIP: [CIDR] = []
    var time: TimeWindow?
    var strength: Bound<AuthenticationStrength>?
    var methods: [Principal.Authentication] = []
    /// Nanoseconds.
    var certificateAge: Bound<Int64>?

    var isEmpty: Bool {
        sourceIP.isEmpty && time == nil && strength == nil && methods.isEmpty
            && certificateAge == nil
    }
}

/// `>=limit`, or else `<limit`.
struct Bound<Value: Comparable & Hashable & Sendable>: Hashable, Sendable {
    var isAtLeast: Bool
    var limit: Value

    func admits(_ value: Value) -> Bool { (value >= limit) == isAtLeast }
}

/// A window of each week in a time zone.
///
/// A window that ends before it begins runs past midnight and belongs to the day on which it begins.
struct TimeWindow: Hashable, Sendable {
    static let minutesADay = 1_440

    /// One bit a day, Monday first.
    var days: UInt8 = 0x7F
    var startMinute = 0
    /// Exclusive; 1,440 is the day's end.
    var endMinute = minutesADay
    var zone: String

    static let dayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// Whether a minute of the week, Monday 00:00 being 0, lies in the window.
    func contains(minuteOfWeek: Int) -> Bool {
        let day = minuteOfWeek / Self.minutesADay
        let minute = minuteOfWeek % Self.minutesADay
        if startMinute < endMinute {
            return isOn(day) && startMinute <= minute && minute < endMinute
        }
        return (isOn(day) && minute >= startMinute) || (isOn((day + 6) % 7) && minute < endMinute)
    }

    private func isOn(_ day: Int) -> Bool { days & (1 << UInt8(day)) != 0 }

    /// The window in one way of writing only.
    var text: String {
        let days = Self.dayNames.enumerated().filter { isOn($0.offset) }.map(\.element)
        return "\(days.joined(separator: ",")) \(startMinute)-\(endMinute) \(zone)"
    }
}

/// When a rule is in force; nanoseconds since the Unix epoch.
struct Validity: Hashable, Sendable {
    var from: Int64?
    /// Exclusive.
    var until: Int64?

    func contains(_ now: Int64) -> Bool {
        (from.map { $0 <= now } ?? true) && (until.map { now < $0 } ?? true)
    }
}
