import Gateway
import Support
import Testing

/// A revoked key is refused on the next request, and what is open by it ends within a second, whatever else goes on.
@Suite(.timeLimit(.minutes(3))) struct KeyLiveTests {
    private static let rounds = Repetitions.of(100)

    private func gateway() throws -> InProcessGateway {
        try InProcessGateway(policy: KeyPolicy.text)
    }

    @Test func theRequestAfterARevocationIsRefusedAndWhatIsOpenEnds() async throws {
        try await gateway().serving { gateway in
            let other = try await gateway.makeKey()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await Self.ask(gateway, for: other) }
                for round in 0..<Self.rounds { try await Self.revokeOne(gateway, round) }
                group.cancelAll()
            }
            let answer = try await gateway.use(other.text)
            #expect(answer.status == 200, "others go on")
        }
    }

    /// Load: another key's requests, none of which may be refused.
    private static func ask(_ gateway: InProcessGateway, for key: MadeKey) async throws {
        let pipe = try await Shell.aside {
            try TLSPipe(gateway, as: nil, at: gateway.peopleAddress)
        }
        while !Task.isCancelled {
            let answer = try await Shell.aside { Self.ask(pipe, key.text) }
            guard answer.hasPrefix("HTTP/1.1 200") else {
                Issue.record("\(answer.prefix(100))")
                break
            }
        }
        pipe.close()
    }

    private static func revokeOne(_ gateway: InProcessGateway, _ round: Int) async throws {
        let made = try await gateway.makeKey()
        let onService = round.isMultiple(of: 2)
        let address = onService ? gateway.serviceAddress : gateway.peopleAddress
        let pipe = try await Shell.aside {
            let pipe = try TLSPipe(gateway, as: onService ? .operator : nil, at: address)
            #expect(ask(pipe, made.text).hasPrefix("HTTP/1.1 200"))
            return pipe
        }
        let path = "\(InProcessGateway.keys)/\(made.id)"
        let revoked = try await gateway.curl("DELETE", path)
        #expect(revoked.status == 204)
        let next = try await gateway.use(made.text)
        #expect(next.status == 401, "round \(round)")
        let isGone = try await Shell.aside { pipe.waitForClose(seconds: 1) }
        #expect(isGone, "round \(round)")
        pipe.close()
    }

    private static func ask(_ pipe: TLSPipe, _ key: String) -> String {
        pipe.send("GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\nx-api-key: \(key)\r\n\r\n")
        return pipe.answer()
    }
}
