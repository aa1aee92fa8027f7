internal import Auth

/// When the providers are to be asked about which sessions.
struct ConfirmationSchedule: Sendable {
    private struct Entry {
        /// When the provider's word was taken last, by the elapsed clock.
        var confirmedNanoseconds: Int64
        /// Whether it is asked at the next look, however long ago that was.
        var isOverdue: Bool
    }

    private var entries: [String: Entry]

    /// Takes sessions that an earlier start has left: nobody knows what has changed since, so they are all due.
    init(overdue ids: [String], elapsedNanoseconds now: Int64) {
        entries = Dictionary(
            ids.map { ($0, Entry(confirmedNanoseconds: now, isOverdue: true)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Takes note of the sessions that there are now; a new one has just been vouched for.
    ///
    /// - Returns: Those that are gone.
    mutating func follow(_ ids: [String], elapsedNanoseconds now: Int64) -> [String] {
        for id in ids where entries[id] == nil {
            entries[id] = Entry(confirmedNanoseconds: now, isOverdue: false)
        }
        guard entries.count > ids.count else { return [] }
        let gone = Set(entries.keys).subtracting(ids)
        for id in gone { entries[id] = nil }
        return Array(gone)
    }

    func isDue(_ id: String, everySeconds seconds: Int, elapsedNanoseconds now: Int64) -> Bool {
        guard let entry = entries[id] else { return false }
        return entry.isOverdue
            || now - entry.confirmedNanoseconds >= Int64(seconds) * 1_000_000_000
    }

    /// Whether nobody could be asked about it for as long as that may be.
    func isLate(_ id: String, elapsedNanoseconds now: Int64) -> Bool {
        guard let entry = entries[id] else { return false }
        return now - entry.confirmedNanoseconds
            >= SignOnLimits.unconfirmedSecondsMax * 1_000_000_000
    }

    mutating func confirmed(_ id: String, elapsedNanoseconds now: Int64) {
        guard entries[id] != nil else { return }
        entries[id] = Entry(confirmedNanoseconds: now, isOverdue: false)
    }

    /// Has it asked again at the next look.
    mutating func retry(_ id: String) { entries[id]?.isOverdue = true }
}

/// Bounds of asking providers again.
enum ConfirmationLimits {
    /// Sessions that one provider is asked about at once.
    static let atOnceMax = 4
    /// Groups that the record of a change names, of the new and of those that are gone; more are cut off.
    static let groupsRecordedMax = 64
}
