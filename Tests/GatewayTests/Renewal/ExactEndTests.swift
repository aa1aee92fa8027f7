import Gateway
import Support
import Testing

/// A connection ends with its certificate, not at the next look.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct ExactEndTests {
    @Test func anIdleConnectionEndsWithItsCertificateThoughNobodyLooks() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web")
            let clients = try LiveClients(gateway)
            // Both a moment before their end; the gateway's clock stands still until then.
            gateway.clock.advance(by: .seconds(3600) - .milliseconds(100))
            let live = try await clients.open(2, as: "web")
            gateway.clock.advance(by: .milliseconds(50))
            let later = try await clients.open(1, as: "web")
            #expect((live + later).allSatisfy { $0.ended == nil })
            gateway.clock.advance(by: .milliseconds(50))
            for client in live + later { try await client.untilEnded() }
            try await clients.end()
        }
    }

    @Test func aTimerThatIsEarlyEndsNothing() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web")
            let clients = try LiveClients(gateway)
            gateway.clock.advance(by: .seconds(3600) - .milliseconds(5))
            let client = try #require(try await clients.open(1, as: "web").first)
            // Each answer comes after the timer has fired once more, while the clock stands still.
            for answers in 2...20 {
                client.ask()
                try await client.answered(answers)
            }
            gateway.clock.setWall(by: .seconds(-1))
            client.ask()
            try await client.answered(21)
            gateway.clock.setWall(by: .seconds(2))
            try await client.untilEnded()
            try await clients.end()
        }
    }
}
