extension PolicyReader {
    /// `{ days: mon-fri, between: "07:00-19:00", zone: Europe/Berlin }`.
    mutating func timeWindow(_ node: DocumentNode) -> TimeWindow? {
        let keys = ["days", "between", "zone"]
        guard let fields = fields(node, of: "time", known: keys) else { return nil }
        guard fields.members["days"] != nil || fields.members["between"] != nil else {
            report(
                .missingKey, node.mark, "time needs 'days' or 'between'",
                hint: "such as { days: mon-fri, between: \"07:00-19:00\", zone: Europe/Berlin }")
            return nil
        }
        guard let zoneNode = fields["zone"] else {
            report(
                .missingKey, node.mark, "time needs the key 'zone'",
                hint: "such as Europe/Berlin or UTC")
            return nil
        }
        let zone = zone(zoneNode)
        let days = fields["days"].map { self.days($0) } ?? 0x7F
        let between = fields["between"].map { self.between($0) } ?? (0, TimeWindow.minutesADay)
        guard let zone, let days, let between else { return nil }
        return TimeWindow(
            days: days, startMinute: between.start, endMinute: between.end, zone: zone)
    }

    private mutating func zone(_ node: DocumentNode) -> String? {
        guard let text = text(node, of: "a time zone", bytesMax: PolicyLimits.nameBytesMax) else {
            return nil
        }
        if ZoneTable.isKnown(text) { return text }
        report(
            .invalidValue, node.mark, "there is no time zone \(Quotation.quote(text))",
            hint: Suggestion.hint(for: text, among: ZoneTable.names)
                ?? "such as Europe/Berlin or UTC")
        return nil
    }

    /// `mon-fri`, `sat`, or a list of such.
    private mutating func days(_ node: DocumentNode) -> UInt8? {
        if case .list(let items) = node.content {
            if items.isEmpty { report(.invalidValue, node.mark, "the list of days is empty") }
            let days = items.compactMap { daySpan($0) }
            return days.count == items.count ? days.reduce(0, |) : nil
        }
        return daySpan(node)
    }

    private mutating func daySpan(_ node: DocumentNode) -> UInt8? {
        guard let text = text(node, of: "days of the week") else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let days = parts.compactMap { part in
            TimeWindow.dayNames.firstIndex { isSameName($0, String(part)) }
        }
        guard days.count == parts.count, (1...2).contains(days.count),
            let first = days.first, let last = days.last
        else {
            report(
                .invalidValue, node.mark, "\(Quotation.quote(text)) is not days of the week",
                hint: "such as mon-fri or sat")
            return nil
        }
        var bits: UInt8 = 0
        var day = first
        while true {
            bits |= 1 << UInt8(day)
            if day == last { return bits }
            day = (day + 1) % 7
        }
    }

    /// `07:00-19:00` in minutes of the day.
    private mutating func between(_ node: DocumentNode) -> (start: Int, end: Int)? {
        guard let text = literal(node, of: "hours") else { return nil }
        let bytes = Array(text.utf8)
        guard bytes.count == 11, bytes[5] == UInt8(ascii: "-"),
            let start = minute(bytes[0..<5]), let end = minute(bytes[6..<11]),
            start < TimeWindow.minutesADay
        else {
            report(
                .invalidValue, node.mark, "\(Quotation.quote(text)) is not a time of day span",
                hint: "such as \"07:00-19:00\" or \"22:00-06:00\"")
            return nil
        }
        guard start != end, end != 0 else {
            report(
                .invalidValue, node.mark, "\(Quotation.quote(text)) is empty or ambiguous",
                hint: end == 0 ? "the day ends at 24:00" : "for all day leave 'between' out")
            return nil
        }
        return (start, end)
    }

    private func minute(_ bytes: ArraySlice<UInt8>) -> Int? {
        let digits = bytes.compactMap { byte -> Int? in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                ? Int(byte - UInt8(ascii: "0")) : nil
        }
        guard digits.count == 4, bytes.dropFirst(2).first == UInt8(ascii: ":") else { return nil }
        let hour = digits[0] * 10 + digits[1]
        let minute = digits[2] * 10 + digits[3]
        guard minute < 60, hour < 24 || (hour == 24 && minute == 0) else { return nil }
        return hour * 60 + minute
    }
}
