import Gateway
import NIOCore
import Testing

/// Row, credential, parameters: in this order, so that nobody unknown has anything parsed.
@Suite(.timeLimit(.minutes(10))) struct CredentialOrderTests {
    private static let forged = ["authorization": "Bearer forged"]

    @Test func aBadCredentialIsRefusedBeforeItsBodyIsDecoded() async throws {
        let gateway = try SampleGateway()
        let answers = try await gateway.serving { [gateway] in
            try await TestClient.with(gateway) { client in
                [
                    try await client.send("POST", "/sample/sessions", "{", headers: Self.forged),
                    try await client.send(
                        "POST", "/sample/sessions", #"{"user":"a","password":"b"}"#,
                        headers: Self.forged),
                    try await client.send(
                        "POST", "/api/maxine/identity/x509-svids?no=1", "{", headers: Self.forged),
                ]
            }
        }
        #expect(answers.map(\.status) == [401, 401, 401])
        #expect(gateway.decodes.count == 0)
        let records = try gateway.records("session.create")
        #expect(records.count == 2, "the record names the row's action")
        #expect(records.allSatisfy { $0.contains(#""gate":"authn""#) })
        #expect(records.allSatisfy { $0.contains(#""status":401"#) })
        #expect(try gateway.records("identity.issue").count == 1)
    }

    @Test func aGoodCredentialsBodyIsDecodedOnce() async throws {
        let gateway = try SampleGateway()
        let answers = try await gateway.serving { [gateway] in
            try await TestClient.with(gateway) { client in
                [
                    try await client.send("POST", "/sample/sessions", "{"),
                    try await client.send(
                        "POST", "/sample/sessions", "{", headers: ["authorization": "Bearer alice"]
                    ),
                ]
            }
        }
        #expect(answers.map(\.status) == [400, 400])
        #expect(gateway.decodes.count == 2)
    }

    @Test func aWrongPathOrMethodIsSaidToWhoeverAsks() async throws {
        let gateway = try SampleGateway()
        let answers = try await gateway.serving { [gateway] in
            try await TestClient.with(gateway) { client in
                var answers: [TestClient.Answer] = []
                for path in ["/sample/nothing", "/api/maxine/nothing?a=1", "/nothing"] {
                    answers.append(try await client.send("GET", path, headers: Self.forged))
                    answers.append(try await client.send("GET", path))
                }
                answers.append(
                    try await client.send("PUT", "/sample/sessions", headers: Self.forged))
                return answers
            }
        }
        #expect(answers.map(\.status) == [404, 404, 404, 404, 404, 404, 405])
        #expect(answers.last?.headers["allow"] == "POST")
    }

    /// A proxy sends many users' tokens over one connection.
    @Test func eachOfSeveralCredentialsOfOneConnectionIsJudgedOnce() async throws {
        let gateway = try SampleGateway()
        let statuses = try await gateway.serving { [gateway] in
            try await TestClient.with(gateway) { client in
                var statuses: [Int] = []
                for word in ["alice", "bob", "alice", "bob", "forged", "forged", "alice"] {
                    let headers = ["authorization": "Bearer \(word)"]
                    statuses.append(
                        try await client.send("GET", "/api/maxine/status", headers: headers).status)
                }
                return statuses
            }
        }
        #expect(statuses == [403, 403, 403, 403, 401, 401, 403])
        #expect(gateway.words.judgedCount == 4, "alice, bob, and the forged one each time")
        let users = try gateway.records("system.read").compactMap {
            try gateway.asker(of: $0)
        }
        #expect(users == ["alice", "bob", "alice", "bob", "alice"])
    }

    /// What is known of a credential belongs to it and not to its connection.
    @Test func aCredentialIsJudgedOnceAnEventLoopWhateverItsConnection() async throws {
        let gateway = try SampleGateway()
        try await gateway.serving { [gateway] in
            for _ in 0..<8 {
                try await TestClient.with(gateway) { client in
                    let alice = ["authorization": "Bearer alice"]
                    _ = try await client.send("GET", "/api/maxine/status", headers: alice)
                }
            }
        }
        #expect(gateway.words.judgedCount >= 1)
        #expect(gateway.words.judgedCount <= System.coreCount)
        #expect(try gateway.records("system.read").count == 8)
    }

    /// What was known of a credential is kept with the connection, but not beyond its worth.
    @Test func aCredentialThatLostItsWorthIsJudgedAgainOnTheSameConnection() async throws {
        let gateway = try SampleGateway()
        let statuses = try await gateway.serving { [gateway] in
            try await TestClient.with(gateway) { client in
                let alice = ["authorization": "Bearer alice"]
                let status = "/api/maxine/status"
                let first = try await client.send("GET", status, headers: alice).status
                gateway.words.revoke("bob")
                let second = try await client.send("GET", status, headers: alice).status
                gateway.words.revoke("alice")
                let third = try await client.send("GET", status, headers: alice).status
                return [first, second, third]
            }
        }
        #expect(statuses == [403, 403, 401])
        let ports = try gateway.records("system.read").compactMap {
            $0.firstMatch(of: #/"port":(\d+)/#)?.output.1
        }
        #expect(ports.count == 3)
        #expect(Set(ports).count == 1, "all on one connection")
    }
}
