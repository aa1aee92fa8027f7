import Foundation
import Testing
import Text

@Suite struct CivilTimeTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
        (951_782_399, "2000-02-28T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
        (1_795_703_780, "2026-11-26T14:36:20Z"),
    ])
    func writesTimesAsRFC3339Does(seconds: Int64, text: String) {
        #expect(CivilTime(secondsSince1970: seconds).rfc3339 == text)
    }

    @Test func agreesWithFoundationAndWithItself() {
        for day in stride(from: Int64(0), to: 2_900_000, by: 997) {
            let seconds = day * 86_400 + 45_296
            let date = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
            let time = CivilTime(secondsSince1970: seconds)
            #expect(time.rfc3339 == date)
            #expect(
                CivilTime.daysSince1970(year: time.year, month: time.month, day: time.day) == day)
        }
    }

    @Test func cutsFractionsTowardsThePast() {
        #expect(CivilTime.rfc3339(nanoseconds: -1) == "1969-12-31T23:59:59Z")
        #expect(CivilTime.rfc3339(nanoseconds: 1_999_999_999) == "1970-01-01T00:00:01Z")
        #expect(CivilTime.rfc3339(nanoseconds: .min) == "1677-09-21T00:12:43Z")
        #expect(CivilTime.rfc3339(nanoseconds: .max) == "2262-04-11T23:47:16Z")
    }

    @Test(arguments: [(2026, 2, 29), (2026, 4, 31), (2026, 13, 1), (2026, 1, 0), (10_000, 1, 1)])
    func knowsNoDayThatItsMonthDoesNotHave(year: Int64, month: Int64, day: Int64) {
        #expect(CivilTime.daysSince1970(year: year, month: month, day: day) == nil)
    }

    @Test func readsTimesOfRFC3339() {
        #expect(CivilTime.nanoseconds(rfc3339: "1970-01-01T00:00:00Z") == 0)
        #expect(
            CivilTime.nanoseconds(rfc3339: "2026-11-02T23:00:00+01:00") == 1_793_656_800_000_000_000
        )
        #expect(
            CivilTime.nanoseconds(rfc3339: "2024-02-29T12:00:00.25Z") == 1_709_208_000_250_000_000)
        for bad in [
            "2026-13-01T00:00:00Z", "2025-02-29T00:00:00Z", "2026-01-01", "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00", "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00.Z", "", "x",
        ] {
            #expect(CivilTime.nanoseconds(rfc3339: bad) == nil, "\(bad)")
        }
    }
}
