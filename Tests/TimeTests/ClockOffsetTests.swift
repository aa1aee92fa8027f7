import Support
import Testing
import Time

@Suite struct ClockOffsetTests {
    private let second: Int64 = 1_000_000_000

    @Test(arguments: [Int64(0), 1_000])
    func seesAClockThatWasSetAndNotTimeThatPassed(creep: Int64) {
        let clock = TestClock(creep: creep)
        let first = ClockOffset(clock.clocks)
        clock.advance(by: .seconds(86_400))
        let second = ClockOffset(clock.clocks)
        #expect(second.step(since: first, above: self.second) == nil)
        clock.setWall(by: .seconds(120))
        let third = ClockOffset(clock.clocks)
        #expect(
            abs((third.step(since: second, above: self.second) ?? 0) - 120 * self.second) < 10_000)
        clock.setWall(by: .milliseconds(-1500))
        let step = ClockOffset(clock.clocks).step(since: third, above: self.second)
        #expect(abs((step ?? 0) + 1_500_000_000) < 10_000)
    }

    @Test func aSmallCorrectionIsNoStep() {
        let clock = TestClock()
        let first = ClockOffset(clock.clocks)
        clock.setWall(by: .milliseconds(999))
        #expect(ClockOffset(clock.clocks).step(since: first, above: second) == nil)
        clock.setWall(by: .milliseconds(-1998))
        #expect(ClockOffset(clock.clocks).step(since: first, above: second) == nil)
    }

    @Test func aThreadThatWasHeldUpBetweenTheReadingsSeesNoStep() {
        let clock = TestClock()
        let first = ClockOffset(clock.clocks)
        // Each reading of the wall clock comes two seconds after the one of the other.
        let slow = Clocks(
            wall: {
                clock.advance(by: .seconds(2))
                return clock.nanoseconds
            }, elapsed: clock.clocks.elapsed)
        #expect(ClockOffset(slow).step(since: first, above: second) == nil)
    }

    @Test(arguments: [(.max, .min), (.min, .max), (.min, 0)] as [(Int64, Int64)])
    func noReadingTraps(before: Int64, after: Int64) {
        let first = ClockOffset(Clocks(wall: { before }, elapsed: { 0 }))
        let next = ClockOffset(Clocks(wall: { after }, elapsed: { Int64.max }))
        #expect(next.step(since: first, above: second) != nil || before < after)
    }
}
