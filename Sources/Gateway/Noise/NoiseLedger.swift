/// Says which refusals are records of their own, and counts the others exactly; a value without clock and files.
///
/// Its size is bounded whatever comes: a source that has no row is counted with everybody else.
package struct NoiseLedger<Source: Hashable & Sendable>: Sendable {
    /// What refusals have to have in common to be counted together.
    package struct Row: Hashable, Sendable {
        /// Nil for everybody who has no row.
        package let source: Source?
        package let kind: RefusalKind
    }

    /// How many, from when to when.
    package struct Tally: Equatable, Sendable {
        package var count: UInt64
        package var first: Int64
        package var last: Int64
    }

    private var windowBegan: Int64 = .min
    private var ownRecords: [Source?: Int] = [:]
    private var ownRecordsAll = 0
    private var rows: [Row: Tally] = [:]
    private var rowsOfSource: [Source: Int] = [:]
    private var sourceRows = 0

    package init() {}

    /// Takes a refusal: true if it may be a record of its own, else it is counted.
    package mutating func admit(_ kind: RefusalKind, of source: Source?, at now: Int64) -> Bool {
        beginWindow(now)
        let own = ownRecords[source] ?? 0
        guard own < NoiseLimits.ownRecordsPerSource, ownRecordsAll < NoiseLimits.ownRecordsAll
        else {
            count(kind, of: source, at: now)
            return false
        }
        ownRecords[source] = own + 1
        ownRecordsAll += 1
        return true
    }

    /// Counts a refusal.
    package mutating func count(_ kind: RefusalKind, of source: Source?, at now: Int64) {
        add(Tally(count: 1, first: now, last: now), to: Row(source: source, kind: kind))
    }

    /// Gives all counts away; the next ones begin at zero.
    package mutating func take() -> [Row: Tally] {
        defer {
            rows = [:]
            rowsOfSource = [:]
            sourceRows = 0
        }
        return rows
    }

    /// Takes back counts that could not be written.
    package mutating func putBack(_ counts: [Row: Tally]) {
        for (row, tally) in counts { add(tally, to: row) }
    }

    /// A step of the clock, to either side, begins a new window at worst.
    private mutating func beginWindow(_ now: Int64) {
        let (age, overflow) = now.subtractingReportingOverflow(windowBegan)
        guard overflow || age < 0 || age >= NoiseLimits.windowNanoseconds else { return }
        windowBegan = now
        ownRecords = [:]
        ownRecordsAll = 0
    }

    private mutating func add(_ tally: Tally, to wanted: Row) {
        let row = place(for: wanted)
        guard var there = rows[row] else {
            rows[row] = tally
            return
        }
        let (count, overflow) = there.count.addingReportingOverflow(tally.count)
        there.count = overflow ? .max : count
        there.first = min(there.first, tally.first)
        there.last = max(there.last, tally.last)
        rows[row] = there
    }

    /// The row itself if there is room for it, else the nearest that there is.
    private mutating func place(for row: Row) -> Row {
        if rows[row] != nil { return row }
        guard let source = row.source else {
            let shared = rows.count - sourceRows
            return shared < NoiseLimits.sharedRows
                ? row : Row(source: nil, kind: .several)
        }
        let own = rowsOfSource[source] ?? 0
        let several = Row(source: source, kind: .several)
        if own > NoiseLimits.reasonsPerSource { return several }
        guard sourceRows < NoiseLimits.sourceRows else {
            return place(for: Row(source: nil, kind: row.kind))
        }
        rowsOfSource[source] = own + 1
        sourceRows += 1
        return own < NoiseLimits.reasonsPerSource ? row : several
    }
}

/// What was refused, and why.
package struct RefusalKind: Hashable, Sendable {
    package let action: String
    package let gate: String
    /// The stable code of the reason.
    package let code: String
    package let status: UInt16?

    package init(action: String, gate: String, code: String, status: UInt16? = nil) {
        self.action = action
        self.gate = gate
        self.code = code
        self.status = status
    }

    /// The kind of all that there is no row for.
    package static let several = RefusalKind(
        action: "several", gate: "none", code: "several")
}
