internal import Synchronization

/// How often something may happen: so many times a second, and so many at once after a pause.
package struct Rate: Equatable, Sendable {
    /// How often for ever.
    package let perSecond: Int
    /// How often at once.
    package let burst: Int

    /// A rate within `RateBounds`; anything outside is brought to the nearest that is inside.
    package init(perSecond: Int, burst: Int) {
        self.perSecond = min(max(perSecond, 1), RateBounds.perSecondMax)
        self.burst = min(max(burst, 1), RateBounds.burstMax)
    }

    var intervalNanoseconds: Int64 { 1_000_000_000 / Int64(perSecond) }
    var toleranceNanoseconds: Int64 { intervalNanoseconds * Int64(burst) }
}

/// Says whether one more is within a rate; shared by all event loops.
///
/// The generic cell rate algorithm: all that is known is the time at which the next one would be due if they came evenly.
/// One atomic word, so a request costs neither lock nor allocation.
package final class RateMeter: Sendable {
    package let rate: Rate
    private let interval: Int64
    private let tolerance: Int64
    private let due = Atomic<Int64>(0)

    package init(_ rate: Rate) {
        self.rate = rate
        interval = rate.intervalNanoseconds
        tolerance = rate.toleranceNanoseconds
    }

    /// Takes one more.
    ///
    /// - Returns: nil if it is within the rate, else the nanoseconds until one will be.
    @inline(__always)
    package func take(at now: Int64) -> Int64? {
        var seen = due.load(ordering: .relaxed)
        while true {
            let next = Self.later(seen, now, tolerance) &+ interval
            let ahead = next &- now
            if ahead > tolerance { return ahead &- tolerance }
            let (isDone, other) = due.weakCompareExchange(
                expected: seen, desired: next, ordering: .relaxed)
            if isDone { return nil }
            seen = other
        }
    }

    /// Whether one more would be too many; takes none.
    package func isUsedUp(at now: Int64) -> Bool {
        let next = Self.later(due.load(ordering: .relaxed), now, tolerance) &+ interval
        return next &- now > tolerance
    }

    /// Whether nothing was taken for so long that forgetting it makes no difference.
    package func isIdle(at now: Int64) -> Bool {
        let seen = due.load(ordering: .relaxed)
        return Self.later(seen, now, tolerance) == now
    }

    /// The due time, or now: also where the clock has stepped back, so that nobody waits for what the clock said before.
    @inline(__always)
    private static func later(_ due: Int64, _ now: Int64, _ tolerance: Int64) -> Int64 {
        let ahead = due &- now
        return ahead > 0 && ahead <= tolerance ? due : now
    }
}
