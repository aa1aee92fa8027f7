import Gateway
import Support
import Testing

/// A revoked key is refused on the next request, and what is open by it ends within a second, whatever else goes on.
@Suite(.timeLimit(.minutes(10))) struct KeyLiveTests {
    private static let rounds = Repetitions.of(100)

    @Test func theRequestAfterARevocationIsRefusedAndWhatIsOpenEnds() async throws {
        let gateway = try InProcessGateway(policy: KeyPolicy.text, outside: WatchQuietly.parts)
        try await gateway.serving { gateway in
            let other = try await gateway.makeKey()
            try await Bystander(gateway: gateway, field: "x-api-key: \(other.text)").during {
                for round in 0..<Self.rounds { try await Self.revokeOne(gateway, round) }
            }
        }
    }

    private static func revokeOne(_ gateway: InProcessGateway, _ round: Int) async throws {
        let made = try await gateway.makeKey()
        let onService = round.isMultiple(of: 2)
        let open = try await OpenConnections.open(
            by: "x-api-key: \(made.text)",
            at: onService ? gateway.serviceAddress : gateway.peopleAddress, of: gateway,
            as: onService ? .operator : nil)
        let path = "\(InProcessGateway.keys)/\(made.id)"
        let revoked = try await gateway.curl("DELETE", path)
        #expect(revoked.status == 204)
        let next = try await gateway.use(made.text)
        #expect(next.status == 401, "round \(round)")
        let left = try await open.left(after: 1)
        #expect(left == [], "round \(round)")
        open.close()
    }
}
