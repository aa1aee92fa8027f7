import Testing

@testable import Registry

/// What may end, decided without clock and catalogue.
@Suite struct LeaseGovernorTests {
    private var settings: LeaseGovernor.Settings {
        var settings = LeaseGovernor.Settings()
        settings.heldPercent = 30
        settings.heldFrom = 10
        settings.graceNanoseconds = 60 * second
        return settings
    }

    private func governor() -> LeaseGovernor { LeaseGovernor(settings, startNanoseconds: 0) }

    /// One sweep while all is well.
    private func judge(
        _ governor: inout LeaseGovernor, at seconds: Int64, _ total: Int, _ due: Int
    ) -> LeaseGovernor.Change? {
        #expect(governor.begin(isRecording: true, seconds * second) == .judge)
        return governor.judge(total: total, due: due, seconds * second)
    }

    @Test func aFewEndUnnoticed() {
        var governor = governor()
        #expect(judge(&governor, at: 1, 100, 30) == nil)
        #expect(governor.held == nil)
    }

    @Test func moreThanTheShareAtOnceIsHeldUntilTheOthersComeBack() {
        var governor = governor()
        let held = LeaseGovernor.Held(due: 31, total: 100, untilNanoseconds: 61 * second)
        #expect(judge(&governor, at: 1, 100, 31) == .held(held))
        #expect(judge(&governor, at: 2, 100, 50) == nil)
        #expect(governor.held?.due == 50)
        #expect(judge(&governor, at: 3, 100, 30) == .released(due: 30, total: 100))
        #expect(governor.held == nil)
    }

    @Test func aShareThatEndsBitByBitIsHeld() {
        var governor = governor()
        var total = 100
        for second in 1...3 {
            #expect(judge(&governor, at: Int64(second), total, 10) == nil)
            governor.note(ended: 10, Int64(second) * RegistryTests.second)
            total -= 10
        }
        #expect(judge(&governor, at: 4, total, 10) != nil)
        #expect(governor.held?.due == 10)
    }

    @Test func endsThatAreLongPastDoNotCount() {
        var governor = governor()
        governor.note(ended: 30, 0)
        for second in stride(from: Int64(4), through: 60, by: 4) {
            #expect(judge(&governor, at: second, 70, 0) == nil)
        }
        #expect(judge(&governor, at: 61, 70, 10) == nil)
    }

    @Test func aSmallCatalogueIsNeverHeld() {
        var governor = governor()
        #expect(judge(&governor, at: 1, 9, 9) == nil)
        #expect(judge(&governor, at: 2, 10, 10) != nil)
    }

    @Test func whatDoesNotComeBackIsNotKeptForEver() {
        var governor = governor()
        #expect(judge(&governor, at: 1, 100, 40) != nil)
        for second in 2...60 { #expect(judge(&governor, at: Int64(second), 100, 40) == nil) }
        #expect(judge(&governor, at: 61, 100, 40) == .givenUp(due: 40, total: 100))
        #expect(governor.held == nil)
        governor.note(ended: 40, 62 * second)
        #expect(judge(&governor, at: 62, 60, 0) == nil, "the same are not held twice")
        #expect(judge(&governor, at: 63, 60, 20) != nil, "others are")
    }

    @Test func aBacklogThatIsLetGoIsNotHeldAgainOnTheWay() {
        var governor = governor()
        #expect(judge(&governor, at: 1, 10_000, 5000) != nil)
        for second in 2...60 { _ = judge(&governor, at: Int64(second), 10_000, 5000) }
        var due = 5000
        #expect(judge(&governor, at: 61, 10_000, due) == .givenUp(due: due, total: 10_000))
        for second in 62...66 {
            governor.note(ended: 1000, Int64(second) * RegistryTests.second)
            due -= 1000
            #expect(judge(&governor, at: Int64(second), 5000 + due, due) == nil)
            #expect(governor.held == nil)
        }
    }

    @Test func whileTheJournalRefusesNothingEndsAndThenAllBeginsAnew() {
        var governor = governor()
        #expect(governor.begin(isRecording: true, 1 * second) == .judge)
        #expect(governor.begin(isRecording: false, 2 * second) == .hold(at: 1 * second))
        #expect(governor.begin(isRecording: false, 3 * second) == .hold(at: 1 * second))
        #expect(
            governor.begin(isRecording: true, 4 * second)
                == .beginAnew(.begunAnew(afterNanoseconds: 3 * second)))
        #expect(governor.begin(isRecording: true, 5 * second) == .judge)
    }

    @Test func aGatewayThatSleptBeginsAnew() {
        var governor = governor()
        #expect(governor.begin(isRecording: true, 5 * second) == .judge)
        #expect(
            governor.begin(isRecording: true, 10 * second + 1)
                == .beginAnew(.begunAnew(afterNanoseconds: 5 * second + 1)))
    }

    @Test func aHoldEndsWithAnOutage() {
        var governor = governor()
        #expect(judge(&governor, at: 1, 100, 40) != nil)
        #expect(governor.begin(isRecording: false, 2 * second) == .hold(at: 1 * second))
        _ = governor.begin(isRecording: true, 3 * second)
        #expect(governor.held == nil)
    }
}
