/// Bounds of what the gateway does to its authorities by itself.
enum AuthorityLimits {
    /// An attempt that failed is followed by the next one no sooner.
    static let retryNanoseconds: Int64 = 10_000_000_000
    /// How many of the identities that hold an authority's leaves are named.
    static let holdersShownMax = 1_000
    /// Steps that bring a folder up to the log.
    static let restorationsMax = 256
    /// Steps that are taken in one round.
    static let stepsAtOnce = 8
}
