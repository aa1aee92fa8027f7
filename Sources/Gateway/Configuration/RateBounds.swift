/// The highest rates that may be configured.
package enum RateBounds {
    /// Of anything, a second.
    package static let perSecondMax = 1_000_000
    /// Of anything, at once.
    package static let burstMax = 10_000_000
}
