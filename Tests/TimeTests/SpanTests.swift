import Testing
import Time

@Suite struct SpanTests {
    @Test(
        arguments: [
            (1, 3, 2), (3, 3, 0), (3, 1, 0), (-5, 5, 10), (Int64.max, Int64.min, 0),
            (Int64.min, Int64.max, Int64.max), (Int64.min, 0, Int64.max), (0, Int64.min, 0),
        ] as [(Int64, Int64, Int64)])
    func isNeverNegativeAndNeverTraps(earlier: Int64, later: Int64, span: Int64) {
        #expect(Span.between(earlier, later) == span)
    }

    @Test(
        arguments: [
            (1, 2, 3), (1, -2, -1), (Int64.max, 1, Int64.max), (Int64.max - 1, 1, Int64.max),
            (Int64.min, -1, Int64.min),
        ] as [(Int64, Int64, Int64)])
    func aMomentAfterAnotherIsAtMostTheEndOfTime(moment: Int64, by: Int64, after: Int64) {
        #expect(Span.after(moment, by) == after)
    }

    @Test func theSystemsElapsedClockGoesOnlyOn() {
        var last = Clocks.system.elapsed()
        for _ in 0..<10_000 {
            let next = Clocks.system.elapsed()
            #expect(next >= last)
            last = next
        }
        #expect(Clocks.system.wall() > 1_700_000_000_000_000_000)
    }
}
