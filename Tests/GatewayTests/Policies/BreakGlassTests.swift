import Foundation
import Policy
import Testing

@testable import Gateway

@Suite struct BreakGlassTests {
    private static let emergency = OfficeFixture.text("emergency", "everything")

    private func fixture() async throws -> (OfficeFixture, PolicyOffice) {
        let fixture = try OfficeFixture()
        fixture.gates.breakGlass.policyPath = fixture.folder.path + "/emergency.yaml"
        fixture.gates.breakGlass.minutesMax = 30
        try fixture.write(OfficeFixture.text("first", "api"))
        try fixture.write(Self.emergency, to: "emergency.yaml")
        return (fixture, try await fixture.start())
    }

    private let author = PolicyAuthor(id: "ann", reason: "the payment service is down")

    @Test func isInForceForItsTimeAndEndsByItself() async throws {
        let (fixture, office) = try await fixture()
        let was = fixture.inForce
        let digest = try OfficeFixture.digest(Self.emergency)
        #expect(
            await office.breakGlass(minutes: 10, by: author)
                == .activated(digest: digest, was: was))
        #expect(fixture.inForce == digest)
        #expect(office.notices.lines.first?.contains("by ann: the payment service is down") == true)
        fixture.pass(minutes: 9)
        await fixture.reloader?.look()
        #expect(fixture.inForce == digest)
        fixture.pass(minutes: 1)
        await fixture.reloader?.look()
        #expect(fixture.inForce == was)
        #expect(office.notices.lines.isEmpty)
        #expect(
            try fixture.events() == [
                "policy.activate", "policy.break_glass", "policy.break_glass_end",
            ])
    }

    @Test func outlivesARestartButNotItsTime() async throws {
        let (fixture, office) = try await fixture()
        let was = fixture.inForce
        _ = await office.breakGlass(minutes: 10, by: author)
        fixture.pass(minutes: 5)
        try await fixture.start()
        #expect(fixture.inForce == (try OfficeFixture.digest(Self.emergency)))
        fixture.pass(minutes: 5)
        try await fixture.start()
        #expect(fixture.inForce == was)
        #expect(try fixture.events().contains("policy.break_glass_end"))
    }

    @Test func endsWhenTheClockStandsBeforeItsStart() async throws {
        let (fixture, office) = try await fixture()
        let was = fixture.inForce
        _ = await office.breakGlass(minutes: 10, by: author)
        fixture.pass(minutes: -600)
        await fixture.reloader?.look()
        #expect(fixture.inForce == was)
    }

    @Test func aChangeMeanwhileIsInForceAfterwards() async throws {
        let (fixture, office) = try await fixture()
        _ = await office.breakGlass(minutes: 10, by: author)
        let next = OfficeFixture.text("next", "ledger")
        let digest = try OfficeFixture.digest(next)
        guard case .deferred(digest, _) = await fixture.propose(next, by: "bob") else {
            Issue.record("it was not deferred")
            return
        }
        #expect(fixture.inForce == (try OfficeFixture.digest(Self.emergency)))
        _ = await office.endBreakGlass(by: author)
        #expect(fixture.inForce == digest)
    }

    @Test func needsAReasonAPolicyAndABoundedTime() async throws {
        let (fixture, office) = try await fixture()
        let was = fixture.inForce
        for (minutes, author) in [
            (0, author), (31, author), (10, PolicyAuthor(id: "ann")),
            (10, PolicyAuthor(id: "ann", reason: "  ")),
        ] {
            guard case .refused = await office.breakGlass(minutes: minutes, by: author) else {
                Issue.record("\(minutes) \(author) was accepted")
                continue
            }
        }
        try fixture.write("maxine_policy: 1\nbad: 1\n", to: "emergency.yaml")
        guard case .refused = await office.breakGlass(minutes: 1, by: author) else {
            Issue.record("a broken policy was put into force")
            return
        }
        guard case .refused = await office.endBreakGlass(by: author) else {
            Issue.record("ended what was not in force")
            return
        }
        #expect(fixture.inForce == was)
        fixture.gates.breakGlass.policyPath = nil
        let plain = try await fixture.start()
        guard case .refused = await plain.breakGlass(minutes: 1, by: author) else {
            Issue.record("break-glass without a policy")
            return
        }
    }
}
