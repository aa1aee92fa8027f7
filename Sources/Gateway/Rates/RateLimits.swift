/// Bounds of what is remembered about the rates of clients; the rates themselves are configured.
package enum RateLimits {
    /// Principals whose rates are kept apart; of more, those that come last share one rate.
    package static let principalsMax = 16_384
    /// Sources whose rates are kept apart; of more, those that come last share one rate.
    package static let sourcesMax = 4_096
    /// Bytes of answers that wait on all connections of one client; over it, a long answer is 503.
    package static let queuedBytesMax = 32 << 20
    /// The most of all connections that one principal may have, whatever is configured: one in so many.
    package static let connectionsShare = 2
    /// Shorter answers are given however much waits.
    package static let longAnswerBytes = 16 << 10
    /// The burst of all those who are nobody, in seconds of their rate.
    package static let strangersBurstSeconds = 5
    /// How many entries are looked at to find one that may be forgotten.
    package static let looksForRoom = 8
}
