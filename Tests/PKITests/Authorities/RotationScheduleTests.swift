@testable import PKI
import Testing

@Suite("When rotation is due")
struct RotationScheduleTests {
    private let fixture: OfficeFixture

    init() throws {
        fixture = try OfficeFixture {
            $0.rootSeconds = 3600
            $0.intermediateSeconds = 600
            $0.jwtKeySeconds = 1200
            $0.serverSeconds = 60
            $0.operatorSeconds = 60
            $0.tokenSecondsMax = 60
            $0.rules.ttlSecondsMax = 60
        }
    }

    private func due(_ seconds: Int64) -> RotationSchedule.Step? {
        RotationSchedule.due(
            fixture.office.ledger, adoption: fixture.office.adoption,
            nowNanoseconds: OfficeFixture.at(seconds))
    }

    @Test func preparesAtHalfAndActivatesAtFiveSixths() throws {
        #expect(due(299) == nil)
        #expect(due(300) == .prepare(.intermediate))
        _ = try fixture.office.prepare(.intermediate, nowNanoseconds: OfficeFixture.at(300))
        #expect(due(499) == nil)
        #expect(due(500) == .activate(.intermediate, force: true))
    }

    @Test func waitsForReadersOfARootUntilTimeRunsOut() throws {
        fixture.office.adoption.note("poller", sequence: 1, nowNanoseconds: OfficeFixture.at(0))
        _ = try fixture.office.prepare(.root, nowNanoseconds: OfficeFixture.at(1))
        #expect(due(2399) == .prepare(.intermediate))
        fixture.office.adoption.note("poller", sequence: 1, nowNanoseconds: OfficeFixture.at(2400))
        #expect(due(2400) == .prepare(.intermediate), "the poller lags behind")
        #expect(due(3000) == .activate(.root, force: true))
        fixture.office.adoption.note(
            "poller", sequence: fixture.office.ledger.sequence,
            nowNanoseconds: OfficeFixture.at(2400))
        #expect(due(2400) == .activate(.root, force: false))
    }

    /// Hours of made-up time: whatever is issued is valid for all of its life, and nothing piles up.
    @Test func keepsIssuingThroughManyRotations() throws {
        var live: [IssuedSVID] = []
        for seconds in stride(from: Int64(0), to: 3600 * 4, by: 5) {
            while let step = due(seconds) {
                let now = OfficeFixture.at(seconds)
                switch step {
                case .prepare(let kind):
                    _ = try fixture.office.prepare(kind, crossSign: true, nowNanoseconds: now)
                case .activate(let kind, let force):
                    _ = try fixture.office.activate(kind, force: force, nowNanoseconds: now)
                case .prune: _ = try fixture.office.prune(nowNanoseconds: now)
                }
            }
            if seconds % 50 == 0 { live.append(try fixture.issue(ttl: 60, at: seconds)) }
            live.removeAll { $0.expiresAtNanoseconds <= OfficeFixture.at(seconds) }
            for svid in live {
                #expect(fixture.verdict(svid, at: seconds) == "accepted", "at \(seconds)")
            }
            #expect(fixture.office.ledger.authorities.count <= 9)
        }
        #expect(fixture.active(.root) != "none")
        #expect(try fixture.scratch.names("pki").filter { $0.hasSuffix(".key") }.count <= 9)
    }
}
