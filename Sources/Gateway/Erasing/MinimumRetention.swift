internal import Auth
internal import Text

/// Keeps people's records telling who it was for as long as they have to: `audit.erase_after` from the day that was recorded last.
struct MinimumRetention: Sendable {
    let seconds: Int64
    let persons: PersonVault
    let clock: @Sendable () -> Int64

    /// Why somebody can't be erased yet; nil where they can.
    @Sendable func bar(_ pseudonyms: [String]) -> String? {
        guard seconds > 0, let day = persons.lastDay(of: pseudonyms) else { return nil }
        // Of the last day nobody knows the hour, so it counts to its end.
        let end = (day + 1) * 86_400 + seconds
        guard clock() / 1_000_000_000 < end else { return nil }
        return "their last record is of too short a time ago: not before"
            + " \(CivilTime.rfc3339(nanoseconds: end * 1_000_000_000)) (audit.erase_after)"
    }
}
