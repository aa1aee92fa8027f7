import Auth
import Testing

@Suite struct RefusalPaceTests {
    private static let millisecond: Int64 = 1_000_000
    private static let minute: Int64 = 60_000_000_000
    private let pace = RefusalPace()

    /// When a refusal is answered that took so long, both in milliseconds.
    private func answered(_ took: Int64, minute: Int64 = 0) -> Int64 {
        let end = minute * Self.minute
        return took + pace.hold(from: end - took * Self.millisecond, to: end) / Self.millisecond
    }

    @Test func allThatAreQuickAreAnsweredAtOneMoment() {
        #expect([6, 10, 0, 249].map { answered($0) } == [250, 250, 250, 250])
    }

    @Test func noneIsSoonerThanTheSlowest() {
        #expect(answered(310) == 500)
        #expect(answered(6) == 500)
        #expect(answered(610) == 750)
        #expect(answered(310) == 750)
    }

    @Test func whatIsSlowerThanAllBoundsIsNotHeldBack() {
        #expect(answered(4_000) == 4_000)
        #expect(answered(6) == 2_000)
        #expect(pace.hold(from: 0, to: .max) == 0)
    }

    @Test func aSlowOneIsForgottenAfterTwoStretches() {
        #expect(answered(310, minute: 0) == 500)
        #expect(answered(6, minute: 4) == 500)
        #expect(answered(6, minute: 6) == 500)
        #expect(answered(6, minute: 11) == 250)
        #expect(answered(310, minute: 12) == 500)
        #expect(answered(6, minute: 30) == 250)
    }
}
