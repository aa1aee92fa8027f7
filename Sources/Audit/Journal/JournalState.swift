/// Whether the journal takes records.
public enum JournalState: Equatable, Sendable {
    /// Records are taken and made durable.
    case open
    /// Nothing is taken, for the reason given; the keeper tries to recover.
    case refusing(String)
    /// The journal was closed for good.
    case closed
}
