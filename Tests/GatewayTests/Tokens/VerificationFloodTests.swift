import Auth
import Gateway
import NIOConcurrencyHelpers
import Policy
import Support
import Testing

/// A flood of bad tokens costs no more verifications than its source may ask.
@Suite(.timeLimit(.minutes(10))) struct VerificationFloodTests {
    /// Counts what it is asked to verify.
    private final class Counting: Authenticator {
        let count = NIOLockedValueBox(0)
        var generation: UInt64 { 0 }

        func authenticate(_ credential: Credential, nowNanoseconds: Int64) -> Authentication {
            guard case .bearer(let token) = credential else { return .notMine }
            count.withLockedValue { $0 += 1 }
            guard String(decoding: token.bytes, as: UTF8.self).hasPrefix("good") else {
                return .refused(.invalidToken)
            }
            return .principal(
                Principal(kind: .user, id: "tester", authentication: .jwt),
                validUntilNanoseconds: .max)
        }
    }

    @Test(arguments: ["people", "service"])
    func aFloodFromOneSourceIsNotLookedAtBeyondItsRate(listener: String) async throws {
        let counting = Counting()
        var outside = OutsideParts()
        outside.authenticators = [counting]
        let policy = """
            maxine_policy: 1
            name: flood
            bindings: [ { role: viewer, subjects: [ { user: tester } ] } ]
            """
        let gateway = try InProcessGateway(policy: policy, outside: outside) { settings in
            settings.limits.sourceRate = 1
            settings.limits.sourceBurst = 5
        }
        try await gateway.serving { gateway in
            let address = listener == "people" ? gateway.peopleAddress : gateway.serviceAddress
            func ask(_ token: String) async throws -> Int {
                try await gateway.curl(
                    "GET", "/api/maxine/status", headers: ["Authorization: Bearer \(token)"],
                    at: address
                ).status
            }
            #expect(try await ask("good") == 200)
            for number in 0..<5 { #expect(try await ask("bad-\(number)") == 401) }
            #expect(counting.count.withLockedValue { $0 } >= 6)
            let before = counting.count.withLockedValue { $0 }
            for number in 0..<5 { #expect(try await ask("bad-\(number)") == 429) }
            #expect(counting.count.withLockedValue { $0 } == before)
            gateway.clock.advance(by: .seconds(2))
            for number in 0..<5 { _ = try await ask("bad-again-\(number)") }
            #expect(counting.count.withLockedValue { $0 } == before + 2)
            gateway.clock.advance(by: .seconds(10))
            #expect(try await ask("good-too") == 200)
        }
    }
}
