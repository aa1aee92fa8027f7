import Gateway
import StrictJSON
import Support
import Testing

/// Whoever is locked is refused on the next request, and what is open of them ends within a second, whatever else goes on.
@Suite(.timeLimit(.minutes(10))) struct LockLiveTests {
    private static let rounds = Repetitions.of(100)
    private let house: AccessFixture

    init() throws {
        house = try AccessFixture()
    }

    @Test func theRequestAfterALockIsRefusedAndWhatIsOpenEnds() async throws {
        try await house.gateway(outside: WatchQuietly.parts).serving { gateway in
            let field = "authorization: Bearer \(house.token(gateway, "other"))"
            try await Bystander(gateway: gateway, field: field).during {
                for round in 0..<Self.rounds { try await lockOne(gateway, round) }
            }
        }
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
        let open = try await OpenConnections.open(
            by: field, at: onService ? gateway.serviceAddress : gateway.peopleAddress,
            of: gateway, as: onService ? .operator : nil)
        let made = try await gateway.lock(kind, name)
        #expect(made.status == 201, "\(made.body)")
        let count = OpenConnections.Kind.allCases.count
        #expect(
            made.body.contains(#""endedConnections":\#(count)"#), "round \(round): \(made.body)")
        let next = try await gateway.curl("GET", InProcessGateway.status, headers: [field])
        #expect(next.status == 401, "round \(round)")
        let left = try await open.left(after: 1)
        #expect(left == [], "round \(round)")
        open.close()
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
                        as: IdentityFiles(
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
