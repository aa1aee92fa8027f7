import Auth
import Support
import Testing

/// A token of ours is worth what the one that it came from is worth now.
@Suite(.timeLimit(.minutes(10))) struct TokenOriginTests {
    /// Another provider took the name over: it vouches for none of the first one's people.
    @Test func aProviderOfTheSameNameAndAnotherIssuerVouchesForNobodyOfBefore() async throws {
        let harness = try TokenHarness()
        let gateway = try harness.gateway()
        let token = try await gateway.serving { gateway in
            let token = try await harness.exchange(gateway, harness.subject(gateway))
            #expect(try await harness.status(gateway, token) == 200)
            return token
        }
        try await gateway.serving { gateway in
            let status = try await harness.status(gateway, token)
            #expect(status == 200, "over a restart")
        }
        let other = try harness.gateway(
            folder: gateway.left, clock: gateway.clock,
            issuer: { $0.issuer = "https://other-idp.example" })
        try await other.serving { gateway in
            let status = try await harness.status(gateway, token)
            #expect(status == 401)
        }
    }

    /// Its age is counted from when the provider made the first one, by what the configuration says today.
    @Test func aLoweredAgeEndsATokenThatWasMadeBefore() async throws {
        let harness = try TokenHarness()
        let gateway = try harness.gateway()
        let token = try await gateway.serving { gateway in
            try await harness.exchange(gateway, harness.subject(gateway))
        }
        let strict = try harness.gateway(
            folder: gateway.left, clock: gateway.clock, issuer: { $0.maxAgeSeconds = 60 })
        try await strict.serving { gateway in
            // Often, so that each event loop has seen it: what is remembered of it ends with it.
            for _ in 0..<8 {
                let young = try await harness.status(gateway, token)
                #expect(young == 200)
            }
            gateway.clock.advance(by: .seconds(121))
            for _ in 0..<4 {
                let old = try await harness.status(gateway, token)
                #expect(old == 401)
            }
        }
    }
}
