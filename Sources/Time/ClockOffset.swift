/// How far the wall clock was ahead of the elapsed one at some moment.
///
/// It changes only when somebody sets the wall clock; a clock that is slewed changes it by half a millisecond a second.
public struct ClockOffset: Equatable, Sendable {
    /// The wall clock's reading.
    public let wallNanoseconds: Int64
    /// The elapsed clock's reading before, and how much later it was read again.
    private let elapsedNanoseconds: Int64
    private let spanNanoseconds: Int64

    /// Reads both clocks, again if the thread was held up between the readings.
    public init(_ clocks: Clocks) {
        var best = ClockOffset(reading: clocks)
        for _ in 1..<ClockOffset.readingsMax where best.spanNanoseconds > ClockOffset.spanEnough {
            let next = ClockOffset(reading: clocks)
            if next.spanNanoseconds < best.spanNanoseconds { best = next }
        }
        self = best
    }

    private init(reading clocks: Clocks) {
        elapsedNanoseconds = clocks.elapsed()
        wallNanoseconds = clocks.wall()
        spanNanoseconds = Span.between(elapsedNanoseconds, clocks.elapsed())
    }

    /// How far the wall clock was set since an earlier reading, forward or back; nil if that was not above `least`.
    ///
    /// What the readings themselves may be wrong by is not taken for a step.
    public func step(since earlier: ClockOffset, above least: Int64) -> Int64? {
        let wall = wallNanoseconds.subtractingReportingOverflow(earlier.wallNanoseconds)
        guard !wall.overflow else {
            return wallNanoseconds > earlier.wallNanoseconds ? .max : -.max
        }
        let elapsed = Span.between(earlier.elapsedNanoseconds, elapsedNanoseconds)
        let step = wall.partialValue.subtractingReportingOverflow(elapsed)
        guard !step.overflow else { return -.max }
        let unsure = Span.after(spanNanoseconds, earlier.spanNanoseconds)
        let size = step.partialValue.magnitude
        return size > UInt64(clamping: Span.after(least, unsure)) ? step.partialValue : nil
    }

    /// How often both clocks are read at most.
    private static let readingsMax = 4
    /// Readings that are no farther apart are good enough.
    private static let spanEnough: Int64 = 1_000_000
}
