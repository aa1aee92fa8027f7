import Foundation
import Gateway
import Policy
import Testing

/// A slow operation through the whole gateway in this process: real ports, a clock of ours, a directory of ours.
@Suite(.timeLimit(.minutes(10))) struct SignOnTests {
    /// The directory answers only after the others are served, so a loop that waited for it would wait for ever.
    @Test func waitsForTheDirectoryWithoutHoldingTheLoop() async throws {
        let gateway = try SampleGateway()
        let (signedOn, others) = try await gateway.serving { [gateway] in
            try await TestClient.with(gateway, at: .people) { people in
                async let slow = people.signOn()
                await gateway.directory.untilAsked(1)
                let others = try await TestClient.with(gateway) { client in
                    var answers: [TestClient.Answer] = []
                    for _ in 0..<4 {
                        answers.append(try await client.send("GET", "/api/maxine/services"))
                    }
                    return answers
                }
                gateway.directory.answer()
                return (try await slow, others)
            }
        }
        #expect(signedOn.status == 200, "\(signedOn.body)")
        #expect(signedOn.body == #"{"user":"alice@example.org"}"#)
        #expect(others.map(\.status) == [200, 200, 200, 200])
        let records = try gateway.records("session.create")
        #expect(records.count == 2, "an intent and its outcome")
        #expect(records.first?.contains(#""type":"intent""#) == true)
        #expect(records.last?.contains(#""type":"outcome""#) == true)
        #expect(records.first?.contains(#""time":"\#(SampleGateway.moment)"#) == true)
        #expect(records.first?.contains(#""kind":"anonymous""#) == true)
        #expect(!records.joined().contains("right"))
    }

    @Test func nobodyMayDoMoreThanSignOn() async throws {
        let gateway = try SampleGateway()
        let answer = try await gateway.serving { [gateway] in
            try await TestClient.with(gateway, at: .people) {
                try await $0.send("GET", "/api/maxine/status")
            }
        }
        #expect(answer.status == 401)
    }

    @Test func nobodyMaySignOnWithoutAPolicyThatOpensIt() async throws {
        let gateway = try SampleGateway(
            policy: "maxine_policy: 1\nname: nothing-allowed\n")
        let answer = try await gateway.serving { [gateway] in
            try await TestClient.with(gateway, at: .people) { try await $0.signOn() }
        }
        #expect(answer.status == 401)
        #expect(gateway.directory.asked.value == 0)
    }

    @Test func aWrongPasswordAnswers401AndIsOnRecord() async throws {
        let gateway = try SampleGateway()
        let answer = try await gateway.serving { [gateway] in
            try await TestClient.with(gateway, at: .people) { people in
                async let slow = people.signOn("wrong")
                await gateway.directory.untilAsked(1)
                gateway.directory.answer()
                return try await slow
            }
        }
        #expect(answer.status == 401)
        #expect(try gateway.records("session.create").last?.contains(#""status":401"#) == true)
    }

    @Test func aTokenSpeaksForItsRequestAndABadOneIsNeverFallenBackFrom() async throws {
        let gateway = try SampleGateway()
        let answers = try await gateway.serving { [gateway] in
            try await TestClient.with(gateway) { client in
                let status = "/api/maxine/status"
                return [
                    try await client.send(
                        "GET", status, headers: ["authorization": "Bearer alice"]),
                    try await client.send(
                        "GET", status, headers: ["authorization": "Bearer forged"]),
                    try await client.send("GET", status, headers: ["x-api-key": "k"]),
                    try await client.send("GET", status),
                ]
            }
        }
        #expect(answers.map(\.status) == [403, 401, 401, 200])
        #expect(answers[0].body.contains("alice may not system.read"))
        let records = try gateway.records("system.read")
        #expect(records[0].contains(#""kind":"user","id":{"pseudonym":"p-"#))
        #expect(try gateway.asker(of: records[0]) == "alice")
        #expect(records[1].contains(#""gate":"authn""#))
        #expect(records[1].contains(#""kind":"anonymous""#))
        #expect(!records.joined().contains("forged"))
    }
}
