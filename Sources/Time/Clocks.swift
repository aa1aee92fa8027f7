import Glibc

/// The two clocks of the gateway: nothing else of it reads time.
///
/// Both count nanoseconds, but never compare or subtract readings of different clocks.
public struct Clocks: Sendable {
    /// Nanoseconds since 1970, for records and certificates; somebody may set it at any moment.
    public let wall: @Sendable () -> Int64
    /// Nanoseconds that have passed since the machine's start, those of its sleep included, for leases, deadlines and
    /// durations; it never goes back.
    public let elapsed: @Sendable () -> Int64

    /// Puts two clocks together.
    public init(
        wall: @escaping @Sendable () -> Int64, elapsed: @escaping @Sendable () -> Int64
    ) {
        self.wall = wall
        self.elapsed = elapsed
    }

    /// The machine's clocks.
    public static let system = Clocks(
        wall: { read(CLOCK_REALTIME) }, elapsed: { read(CLOCK_BOOTTIME) })

    private static func read(_ clock: clockid_t) -> Int64 {
        var now = timespec()
        clock_gettime(clock, &now)
        return Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec)
    }
}

/// Lengths of time made of two readings of one clock.
public enum Span {
    /// The nanoseconds from one reading to a later one; 0 if the clock went back meanwhile.
    public static func between(_ earlier: Int64, _ later: Int64) -> Int64 {
        let (span, overflows) = later.subtractingReportingOverflow(earlier)
        if overflows { return later > earlier ? .max : 0 }
        return max(0, span)
    }

    /// The moment so many nanoseconds after another, at most the end of time.
    public static func after(_ moment: Int64, _ nanoseconds: Int64) -> Int64 {
        let (sum, overflows) = moment.addingReportingOverflow(nanoseconds)
        if overflows { return nanoseconds > 0 ? .max : .min }
        return sum
    }
}
