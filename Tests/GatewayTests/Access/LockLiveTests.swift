import Gateway
import StrictJSON
import Support
import Testing

/// Whoever is locked is refused on the next request, and what is open of them ends within a second, whatever else goes on.
@Suite(.timeLimit(.minutes(5))) struct LockLiveTests {
    private static let rounds = Repetitions.of(100)
    private let house: AccessFixture

    init() throws {
        house = try AccessFixture()
    }

    @Test func theRequestAfterALockIsRefusedAndWhatIsOpenEnds() async throws {
        try await house.gateway().serving { gateway in
            let other = house.token(gateway, "other")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await Self.ask(gateway, for: other) }
                for round in 0..<Self.rounds { try await lockOne(gateway, round) }
                group.cancelAll()
            }
            #expect(try await gateway.bear(other).status == 200, "others go on")
        }
    }

    /// Load: another user's requests, none of which may be refused.
    private static func ask(_ gateway: InProcessGateway, for token: String) async throws {
        let pipe = try await Shell.aside {
            try TLSPipe(gateway, as: nil, at: gateway.peopleAddress)
        }
        while !Task.isCancelled {
            let answer = try await Shell.aside { Self.ask(pipe, "authorization: Bearer \(token)") }
            guard answer.hasPrefix("HTTP/1.1 200") else {
                Issue.record("\(answer.prefix(100))")
                break
            }
        }
        pipe.close()
    }

    private func lockOne(_ gateway: InProcessGateway, _ round: Int) async throws {
        let user = "user-\(round)"
        let (kind, name, field): (String, String, String)
        switch round % 4 {
        case 0, 1:
            // By another spelling than the token's.
            (kind, name) = ("user", round % 4 == 0 ? "idp/\(user)" : user.uppercased())
            field = "authorization: Bearer \(house.token(gateway, user))"
        case 2:
            let key = try await gateway.makeKey(#""scopes":["look"]"#)
            (kind, name, field) = ("key", key.id, "x-api-key: \(key.text)")
        default:
            (kind, name) = ("user", "ｉｄｐ/\(user)")
            field = "authorization: Bearer \(house.token(gateway, user))"
        }
        let onService = round.isMultiple(of: 2)
        let address = onService ? gateway.serviceAddress : gateway.peopleAddress
        let pipe = try await Shell.aside {
            let pipe = try TLSPipe(gateway, as: onService ? .operator : nil, at: address)
            #expect(Self.ask(pipe, field).hasPrefix("HTTP/1.1 200"))
            return pipe
        }
        let made = try await gateway.lock(kind, name)
        #expect(made.status == 201, "\(made.body)")
        #expect(made.body.contains(#""endedConnections":1"#), "round \(round): \(made.body)")
        let next = try await gateway.curl("GET", InProcessGateway.status, headers: [field])
        #expect(next.status == 401, "round \(round)")
        let isGone = try await Shell.aside { pipe.waitForClose(seconds: 1) }
        #expect(isGone, "round \(round)")
        pipe.close()
    }

    private static func ask(_ pipe: TLSPipe, _ field: String) -> String {
        pipe.send("GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\n\(field)\r\n\r\n")
        return pipe.answer()
    }

    @Test func theConnectionsOfAServiceAndOfTheHoldersOfARoleEnd() async throws {
        try await house.gateway().serving { gateway in
            try await gateway.issue("web")
            for (kind, name) in [("service", "web"), ("role", "service")] {
                let pipe = try await Shell.aside {
                    try TLSPipe(
                        gateway,
                        as: CertificateFiles(
                            certificate: "web/svid.pem", key: "web/svid.key", chain: "web/svid.pem")
                    )
                }
                let first = try await Shell.aside { Self.ask(pipe, "accept: */*") }
                #expect(first.hasPrefix("HTTP/1.1 "))
                let made = try await gateway.lock(kind, name)
                #expect(made.body.contains(#""endedConnections":1"#), "\(made.body)")
                let isGone = try await Shell.aside { pipe.waitForClose(seconds: 1) }
                #expect(isGone, "\(kind)")
                pipe.close()
                #expect(try await gateway.unlock(made.id).status == 204)
            }
        }
    }

    @Test func aSlowCallEndsWithItsAsker() async throws {
        let policy = SampleGateway.policy.replacing(
            "subjects: [ { anonymous: true } ]",
            with: "subjects: [ { anonymous: true }, { user: alice } ]")
        let gateway = try SampleGateway(policy: policy)
        let answer = try await gateway.serving { [gateway] in
            try await TestClient.with(gateway, at: .people) { people in
                async let slow = people.signOn(headers: ["authorization": "Bearer alice"])
                await gateway.directory.untilAsked(1)
                let made = try await TestClient.with(gateway) {
                    try await $0.send(
                        "POST", AccessFixture.locks, #"{"target":{"user":"alice"},"reason":"x"}"#)
                }
                #expect(made.status == 201, "\(made.body)")
                return try await slow
            }
        }
        #expect(answer.status == 401, "\(answer.body)")
        #expect(gateway.directory.cancelled.value == 1)
    }

    @Test func aStreamEndsWithItsAsker() async throws {
        let house = try StreamHarness()
        let admins = StreamHarness.policy("admins").replacing(
            "bindings:",
            with:
                "bindings:\n  - { role: admin, subjects: [{ spiffe: \"spiffe://{trust_domain}/operator/*\" }] }"
        )
        try await house.gateway.serving { gateway in
            try await gateway.reload(policy: admins)
            house.feed.send(1)
            let curl = try StreamingCurl(
                gateway, "/streams/events", ["-H", "Authorization: Bearer alice"])
            #expect(await curl.until("data: 1\n\n"))
            let made = try await gateway.lock("user", "alice")
            #expect(made.status == 201, "\(made.body)")
            _ = await curl.status()
            await house.feed.untilOver()
        }
        let closing = try await house.closing("service.watch")
        #expect(closing["reason"]?.string?.contains("locked by l-") == true, "\(closing)")
    }
}
