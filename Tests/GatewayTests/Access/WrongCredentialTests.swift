import Auth
import Gateway
import Support
import Testing

/// What is wrong with a credential shows neither in the answer nor in its time.
@Suite(.timeLimit(.minutes(10))) struct WrongCredentialTests {
    private static let rounds = 60
    private static let deviationsMax = 5.0
    private let house: AccessFixture

    init() throws {
        house = try AccessFixture()
    }

    /// Sorts of credentials that are no good, and how one of each is made anew.
    private enum Sort: CaseIterable, Hashable {
        case unknownKey, wrongKey, lockedKey
        case forgedForSomebody, forgedForNobody
    }

    private func gateway() throws -> InProcessGateway {
        try house.gateway {
            $0.limits.sourceRate = 100_000
            $0.limits.sourceBurst = 100_000
            $0.limits.strangersRate = 100_000
        }
    }

    private func field(
        _ sort: Sort, _ gateway: InProcessGateway, known: String, locked: String
    ) -> String {
        switch sort {
        case .unknownKey: "x-api-key: \(Self.text(APIKeyText.newID()))"
        case .wrongKey: "x-api-key: \(Self.text(known))"
        case .lockedKey: "x-api-key: \(locked)"
        case .forgedForSomebody: "authorization: Bearer \(forged(gateway, "alice"))"
        case .forgedForNobody: "authorization: Bearer \(forged(gateway, "ghost"))"
        }
    }

    private static func text(_ id: String) -> String {
        String(decoding: APIKeyText(newSecretOf: id).bytes, as: UTF8.self)
    }

    /// A token with the signature of another one.
    private func forged(_ gateway: InProcessGateway, _ user: String) -> String {
        let parts = house.token(gateway, user).split(separator: ".")
        let other = house.token(gateway, "other").split(separator: ".")
        return parts[0] + "." + parts[1] + "." + other[2]
    }

    @Test func answersAreTheSameAndSoIsTheirTime() async throws {
        try await gateway().serving { gateway in
            let known = try await gateway.makeKey(#""scopes":["look"]"#)
            let locked = try await gateway.makeKey(#""scopes":["look"]"#)
            #expect(try await gateway.bear(house.token(gateway, "alice")).status == 200)
            #expect(try await gateway.lock("key", locked.id).status == 201)
            let load = house.token(gateway, "load")
            let (answers, times) = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await Self.ask(gateway, for: load) }
                defer { group.cancelAll() }
                return try await Shell.aside {
                    try measure(gateway, known: known.id, locked: locked.text)
                }
            }
            #expect(answers.count == 1, "\(answers)")
            for (one, other) in [
                (Sort.unknownKey, Sort.wrongKey), (.wrongKey, .lockedKey),
                (.forgedForSomebody, .forgedForNobody),
            ] {
                let apart = RankTest.deviations(times[one] ?? [], times[other] ?? [])
                #expect(abs(apart) < Self.deviationsMax, "\(one) and \(other): \(apart)")
            }
            #expect(times.values.allSatisfy { $0.count == Self.rounds })
        }
    }

    /// Sends each sort so many times, in an order that changes, on one connection.
    private func measure(
        _ gateway: InProcessGateway, known: String, locked: String
    ) throws -> (answers: Set<String>, times: [Sort: [Double]]) {
        let pipe = try TLSPipe(gateway, as: nil, at: gateway.peopleAddress)
        defer { pipe.close() }
        var answers: Set<String> = []
        var times: [Sort: [Double]] = [:]
        let clock = ContinuousClock()
        // The first are recorded one by one, which takes a sync; all others are counted.
        for round in -10..<Self.rounds {
            for sort in Sort.allCases.shuffled() {
                let field = field(sort, gateway, known: known, locked: locked)
                let begin = clock.now
                pipe.send(
                    "GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\n\(field)\r\n\r\n")
                let answer = pipe.answer()
                let time = clock.now - begin
                guard round >= 0 else { continue }
                times[sort, default: []].append(time / .microseconds(1))
                answers.insert(answer.replacing(/(?i)(x-request-id|date): [^\r]*\r\n/, with: ""))
            }
        }
        return (answers, times)
    }

    /// Load: somebody's good requests, none of which may be refused.
    private static func ask(_ gateway: InProcessGateway, for token: String) async throws {
        let pipe = try await Shell.aside {
            try TLSPipe(gateway, as: nil, at: gateway.peopleAddress)
        }
        while !Task.isCancelled {
            let answer = try await Shell.aside {
                pipe.send(
                    "GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer \(token)\r\n\r\n"
                )
                return pipe.answer()
            }
            guard answer.hasPrefix("HTTP/1.1 200") else {
                Issue.record("\(answer.prefix(100))")
                break
            }
        }
        pipe.close()
    }

    @Test func theRankTestTellsADifference() {
        let one = (0..<60).map(Double.init)
        #expect(abs(RankTest.deviations(one.shuffled(), one.map { $0 + 0.5 })) < 1)
        #expect(RankTest.deviations(one.map { $0 + 40.5 }, one) > Self.deviationsMax)
        #expect(RankTest.deviations(one, one.map { $0 + 40.5 }) < -Self.deviationsMax)
    }
}
