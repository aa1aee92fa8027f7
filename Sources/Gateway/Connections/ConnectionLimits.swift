internal import NIOCore

/// Sizes of what a connection keeps and reads of its requests.
enum ConnectionLimits {
    /// How long a connection that its principal has too many of waits for a request, to be told so.
    static let crowdedTime = TimeAmount.seconds(2)
    /// How long it has for its answer to leave.
    static let crowdedDrainTime = TimeAmount.seconds(1)
    /// Principals and credentials that one connection is known for; with more it ends, and its client comes again.
    static let ownersMax = 64
    /// The shortest and the longest time, in nanoseconds, after which the ends of certificates are looked at: a millisecond and a day.
    static let endTimerNanosecondsMin: Int64 = 1_000_000
    static let endTimerNanosecondsMax: Int64 = 86_400_000_000_000
    /// The most characters of a client's `user-agent` that a record keeps.
    static let agentBytesMax = 120
    /// The longest bearer token, key or cookie value that is looked at.
    static let tokenBytesMax = 8192
    /// Credentials that an event loop remembers for each listener; a few hundred bytes each.
    static let credentialsKeptMax = 4096
    /// The same of certificates; one or two kilobytes each.
    static let certificatesKeptMax = 1024
}
