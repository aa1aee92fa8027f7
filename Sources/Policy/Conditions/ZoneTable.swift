internal import Foundation

/// A time zone's offsets from UTC, ready to be looked up without allocating.
struct ZoneTable: Sendable {
    /// Seconds since the Unix epoch from which on an offset holds.
    private let starts: ContiguousArray<Int64>
    /// Seconds east of UTC.
    private let offsets: ContiguousArray<Int32>

    /// The names of the zones, as the time zone database has them.
    static let names: [String] = (TimeZone.knownTimeZoneIdentifiers + ["UTC"]).sorted()
    private static let nameSet = Set(names)

    /// Whether a zone is known by a name; older and newer spellings of one (`Asia/Calcutta`, `Asia/Kolkata`) are.
    static func isKnown(_ name: String) -> Bool {
        if nameSet.contains(name) { return true }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy(isPlain) else { return false }
        return TimeZone(identifier: name) != nil
    }

    private static func isPlain(_ part: Substring) -> Bool {
        guard let first = part.utf8.first, first | 0x20 >= UInt8(ascii: "a") else { return false }
        return part.utf8.allSatisfy { SPIFFEID.isSegmentByte($0) && $0 != UInt8(ascii: ".") }
    }

    /// The offsets from 1970 to 2200 of a zone that is known.
    init(_ name: String) {
        let first: Int64 = 0
        let last: Int64 = 230 * 31_556_952
        let step: Int64 = 7 * 86_400
        var starts: ContiguousArray<Int64> = [.min]
        guard let zone = TimeZone(identifier: name), name != "UTC" else {
            self.starts = starts
            offsets = [0]
            return
        }
        func offset(_ second: Int64) -> Int32 {
            let date = Date(timeIntervalSince1970: Double(second))
            return Int32(truncatingIfNeeded: zone.secondsFromGMT(for: date))
        }
        var offsets: ContiguousArray<Int32> = [offset(first)]
        var known = offsets[0]
        for second in stride(from: first + step, through: last, by: Int(step)) {
            let next = offset(second)
            if next == known { continue }
            // The offset changed within the week; find the second.
            var before = second - step
            var after = second
            while after - before > 1 {
                let middle = before + (after - before) / 2
                if offset(middle) == known { before = middle } else { after = middle }
            }
            starts.append(after)
            offsets.append(next)
            known = next
        }
        self.starts = starts
        self.offsets = offsets
    }

    /// The minute of the local week, Monday 00:00 being 0.
    func minuteOfWeek(_ nowNanoseconds: Int64) -> Int {
        let second = Self.floored(nowNanoseconds, by: 1_000_000_000)
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= second { low = middle } else { high = middle }
        }
        let local = second + Int64(offsets[low])
        let day = Self.floored(local, by: 86_400)
        // The epoch's day was a Thursday.
        let weekday = ((day + 3) % 7 + 7) % 7
        return Int(weekday) * TimeWindow.minutesADay + Int((local - day * 86_400) / 60)
    }

    private static func floored(_ value: Int64, by divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }
}
