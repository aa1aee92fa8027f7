/// Bounds of what is remembered about the rates of clients; the rates themselves are configured.
package enum RateLimits {
    /// Principals whose rates are kept apart; of more, those that come last share one rate.
    package static let principalsMax = 16_384
    /// Sources whose rates are kept apart; of more, those that come last share one rate.
    package static let sourcesMax = 4_096
    /// How many entries are looked at to find one that may be forgotten.
    package static let looksForRoom = 8
}
