import Gateway
import Support
import Testing

/// Whose session has ended is refused on the next request, and what is open by it ends within a second, whatever else goes on.
@Suite(.timeLimit(.minutes(10))) struct SessionLiveTests {
    private static let rounds = Repetitions.of(100)
    private let people: SessionFixture

    init() throws { people = try SessionFixture() }

    /// How a session comes to its end.
    private enum End: CaseIterable {
        case signedOff, signedOffEverywhere, endedByAnOperator, allEndedByAnOperator, holderLocked
    }

    @Test func theRequestAfterAnEndIsRefusedAndWhatIsOpenEnds() async throws {
        try await people.gateway(outside: WatchQuietly.parts).serving { gateway in
            let other = try await people.login(gateway, "other")
            try await Bystander(gateway: gateway, field: other.cookie).during {
                for round in 0..<Self.rounds { try await endOne(gateway, round) }
            }
        }
    }

    private func endOne(_ gateway: InProcessGateway, _ round: Int) async throws {
        let user = "user-\(round)"
        let session = try await people.login(gateway, user)
        // Each end meets each listener: five ends, two listeners.
        let onService = round.isMultiple(of: 2)
        let open = try await OpenConnections.open(
            by: onService ? session.bearer : session.cookie,
            at: onService ? gateway.serviceAddress : gateway.peopleAddress, of: gateway,
            as: onService ? .operator : nil)
        let way = End.allCases[round % End.allCases.count]
        let answer = try await end(way, session, of: user, at: gateway)
        #expect([201, 204].contains(answer.status), "\(way): \(answer.body)")
        let next = try await gateway.ask(session.bearer)
        #expect(next.status == 401, "round \(round), \(way)")
        let left = try await open.left(after: 1)
        #expect(left == [], "round \(round), \(way)")
        open.close()
    }

    private func end(
        _ way: End, _ session: OpenedSession, of user: String, at gateway: InProcessGateway
    ) async throws -> CurlAnswer {
        let sessions = InProcessGateway.auth + "sessions"
        switch way {
        case .signedOff: return try await gateway.post("logout", headers: [session.bearer])
        case .signedOffEverywhere:
            let second = try await people.login(gateway, user)
            return try await gateway.post(
                "logout", #"{"everywhere":true}"#, headers: [second.bearer])
        case .endedByAnOperator:
            return try await gateway.curl("DELETE", "\(sessions)/\(session.id)")
        case .allEndedByAnOperator:
            return try await gateway.curl("DELETE", "\(sessions)?holder=idp/\(user)")
        case .holderLocked: return try await gateway.lock("user", "idp/\(user)")
        }
    }
}
