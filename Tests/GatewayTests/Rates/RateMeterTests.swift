import Gateway
import NIOConcurrencyHelpers
import Policy
import Testing

/// How much is within a rate.
@Suite struct RateMeterTests {
    private let second: Int64 = 1_000_000_000

    @Test func letsABurstThroughAndThenTheRate() {
        let meter = RateMeter(Rate(perSecond: 10, burst: 5))
        let start = 1_795_000_000 * second
        let first = (0..<8).map { _ in meter.take(at: start) }
        #expect(first.map { $0 == nil } == [true, true, true, true, true, false, false, false])
        #expect(first.last == second / 10)
        #expect(meter.take(at: start + second / 10 - 1) != nil)
        #expect(meter.take(at: start + second / 10) == nil)
        #expect(meter.take(at: start + second / 10) != nil)
        let later = (0..<8).filter { _ in meter.take(at: start + 3600 * second) == nil }
        #expect(later.count == 5, "a pause gives no more than the burst")
    }

    @Test(arguments: [-3600, -1, 0, 1, 3600]) func aStepOfTheClockLocksNobodyOut(seconds: Int64) {
        let meter = RateMeter(Rate(perSecond: 1, burst: 2))
        let start = 1_795_000_000 * second
        for _ in 0..<10 { _ = meter.take(at: start) }
        let after = start + seconds * second
        let waits = (0..<3).compactMap { _ in meter.take(at: after) }
        #expect(waits.allSatisfy { $0 > 0 && $0 <= 3 * second }, "\(waits)")
    }

    @Test(arguments: [Int64.min, -1, 0, .max]) func noTimeTrapsIt(now: Int64) {
        let meter = RateMeter(
            Rate(perSecond: RateBounds.perSecondMax, burst: RateBounds.burstMax))
        _ = meter.take(at: now)
        _ = meter.take(at: 0)
        _ = meter.take(at: .max)
        _ = meter.take(at: .min)
        let highest = Rate(perSecond: 1, burst: RateBounds.burstMax)
        #expect(Rate(perSecond: .min, burst: .max) == highest)
    }

    @Test func severalThreadsTogetherGetNoMore() async {
        let meter = RateMeter(Rate(perSecond: 1, burst: 10_000))
        let taken = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask { (0..<10_000).filter { _ in meter.take(at: 1) == nil }.count }
            }
            return await group.reduce(0, +)
        }
        #expect(taken == 10_000)
    }

    @Test func whatKeepsALeaseHasAReserveOfItsOwn() {
        let meters = RateMeters(
            .principal, Rate(perSecond: 1, burst: 2), reserve: Rate(perSecond: 1, burst: 3))
        let asked = [Action.serviceDiscover, .serviceDiscover, .serviceDiscover, nil]
        #expect(asked.map { meters.take($0, at: 0) == nil } == [true, true, false, false])
        let kept = [Action.serviceHeartbeat, .serviceDeregister, .serviceHeartbeat]
        #expect(kept.allSatisfy { meters.take($0, at: 0) == nil })
        let overrun = meters.take(.serviceHeartbeat, at: 0)
        #expect(overrun?.waitSeconds == 1 && overrun?.scope == .principal)
    }

    @Test func strangersShareWhatAllOfThemMayAsk() {
        let shared = RateMeter(Rate(perSecond: 1, burst: 3))
        let places = (0..<2).map { _ in
            RateMeters(.source, Rate(perSecond: 1, burst: 2), shared: shared)
        }
        let first = (0..<3).map { _ in places[0].take(nil, at: 0) == nil }
        let second = (0..<3).map { _ in places[1].take(nil, at: 0) == nil }
        #expect(first == [true, true, false])
        #expect(second == [true, false, false])
    }

    @Test func theTableIsBoundedAndForgetsWhoAskedNothingForLong() {
        var table = RecentMeters<Int>(countMax: 3) {
            RateMeters(.source, Rate(perSecond: 1, burst: 1))
        }
        let busy = (0..<3).map { table.meters(of: $0, at: 0) }
        for meters in busy { _ = meters.take(nil, at: 0) }
        #expect(table.meters(of: 3, at: 0) === table.others, "nobody can be forgotten")
        #expect(table.meters(of: 1, at: 0) === busy[1])
        let later = 2 * second
        #expect(table.meters(of: 3, at: later) !== table.others)
        #expect(table.meters(of: 3, at: later) === table.meters(of: 3, at: later))
    }

    @Test func whatWaitsForOneClientIsBoundedOverAllItsConnections() {
        let meters = RateMeters(.principal, Rate(perSecond: 1, burst: 1))
        let most = RateLimits.queuedBytesMax
        #expect(meters.mayQueue(2 * most), "one answer may, however long it is")
        meters.queue(most - 10)
        #expect(meters.mayQueue(10) && !meters.mayQueue(11))
        meters.queue(-(most - 10))
        #expect(meters.mayQueue(2 * most))
    }
}
