import Foundation
import Gateway
import Support
import Testing

/// A gateway that is told to stop loses no call that it has taken.
@Suite(.timeLimit(.minutes(10))) struct SlowLaneDrainTests {
    @Test func waitsForWhatIsUnderWay() async throws {
        let (gateway, _) = try await Self.gateway()
        let answer = try await Self.stopping(gateway) { gateway in
            gateway.directory.answer()
        }
        #expect(answer.status == 200)
        let outcome = try gateway.outcome()
        #expect(outcome.contains(#""status":200"#))
    }

    @Test func endsWhatTakesLongerThanTheDrainAndSaysSo() async throws {
        let (gateway, clock) = try await Self.gateway()
        let answer = try await Self.stopping(gateway) { _ in
            await clock.untilAsleep(2)
            clock.advance(by: .seconds(9))
        }
        #expect(answer.status == 503)
        #expect(answer.headers["retry-after"] == "1")
        #expect(gateway.directory.cancelled.value == 1)
        let outcome = try gateway.outcome()
        #expect(outcome.contains(#""status":503"#))
        #expect(outcome.contains("stopping: "), "\(outcome)")
    }

    @Test func doesNotEndItAMomentBefore() async throws {
        let (gateway, clock) = try await Self.gateway()
        let answer = try await Self.stopping(gateway) { gateway in
            await clock.untilAsleep(2)
            clock.advance(by: .seconds(9) - .nanoseconds(1))
            gateway.directory.answer()
        }
        #expect(answer.status == 200)
    }

    @Test func givesUpWhatHeedsNothingAndRecordsIt() async throws {
        let (gateway, clock) = try await Self.gateway()
        gateway.directory.makeStubborn()
        let answer = try await Self.stopping(gateway) { _ in
            await clock.untilAsleep(2)
            clock.advance(by: .seconds(9))
        } afterTheAnswer: {
            await clock.untilAsleep(1)
            clock.advance(by: .seconds(5))
        }
        gateway.directory.answer()
        #expect(answer.status == 503)
        let outcome = try gateway.outcome()
        #expect(outcome.contains("did not end in time"), "\(outcome)")
    }

    @Test func isNotReadyFromTheMomentItIsToldToStop() async throws {
        let (gateway, _) = try await Self.gateway()
        let answer = try await Self.stopping(gateway) { gateway in
            let page = gateway.metrics + "/readyz"
            var status = "200"
            while status != "503" {
                let arguments = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", page]
                status = (try? await Shell.run(aside: arguments).output) ?? "no answer"
            }
            #expect(gateway.directory.cancelled.value == 0)
            gateway.directory.answer()
        }
        #expect(answer.status == 200, "what was begun is finished")
    }

    private static func gateway() async throws -> (SampleGateway, ManualClock) {
        let clock = ManualClock()
        var settings = SlowLaneSettings()
        settings.clock = clock
        return (try SampleGateway(slowLane: settings, drainSeconds: 10), clock)
    }

    /// Signs on, tells the gateway to stop while the directory is asked, and does what the test wants then.
    private static func stopping(
        _ gateway: SampleGateway, _ then: @Sendable @escaping (SampleGateway) async -> Void,
        afterTheAnswer: @Sendable @escaping () async -> Void = {}
    ) async throws -> TestClient.Answer {
        try await gateway.serving {
            async let signedOn = TestClient.with(gateway, at: .people) { try await $0.signOn() }
            await gateway.directory.untilAsked(1)
            await gateway.stop()
            await then(gateway)
            let answer = try await signedOn
            await afterTheAnswer()
            return answer
        }
    }
}
