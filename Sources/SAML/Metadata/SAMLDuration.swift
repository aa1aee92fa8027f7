/// Durations as XML Schema writes them (part 2 section 3.2.6).
enum SAMLDuration {
    /// The longest that is told apart, in seconds: a hundred years.
    static let secondsMax: Int64 = 3_153_600_000

    /// Seconds, a year as 365 days and a month as 30; a fraction is cut off.
    ///
    /// Nil for what is none, and for one that goes back.
    static func seconds(_ text: String) -> Int64? {
        var rest = Substring(text)
        guard rest.popFirst() == "P" else { return nil }
        let halves = rest.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        guard let days = sum(halves[0], ["Y": 31_536_000, "M": 2_592_000, "D": 86_400]) else {
            return nil
        }
        guard halves.count == 2 else { return halves[0].isEmpty ? nil : days }
        guard !halves[1].isEmpty,
            let time = sum(halves[1], ["H": 3_600, "M": 60, "S": 1])
        else { return nil }
        return min(days + time, secondsMax)
    }

    /// Numbers, each before its unit, the units in their order.
    private static func sum(_ text: Substring, _ units: [Character: Int64]) -> Int64? {
        var rest = text
        var total: Int64 = 0
        var last = secondsMax + 1
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            var hasFraction = false
            if rest.first == "." {
                let fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
                guard !fraction.isEmpty else { return nil }
                rest = rest.dropFirst(fraction.count + 1)
                hasFraction = true
            }
            guard (1...10).contains(digits.count), let number = Int64(digits),
                let unit = rest.popFirst().flatMap({ units[$0] }), unit < last,
                !hasFraction || unit == 1
            else { return nil }
            last = unit
            total = min(total + number * unit, secondsMax)
        }
        return total
    }
}
