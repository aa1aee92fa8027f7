/// Whether the journal takes records.
public enum JournalState: Equatable, Sendable {
    /// Records are taken and made durable.
    case open
    /// Nothing is taken, for the reason given; the keeper tries to recover.
    case refusing(String)
    /// The journal was closed for good.
    case closed
}

/// Whether the journal does its work in time.
public struct JournalWriting: Equatable, Sendable {
    /// Whether it takes records, and no write of it has hung for long.
    public let isUnderWay: Bool
    /// How often it refused or hung since it was opened; equal numbers mean that nothing was between.
    public let interruptions: UInt64
}
