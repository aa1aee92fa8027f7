import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Where a revocation stands in the log: nothing of its holder is allowed behind it, whatever was under way.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct RevocationOrderTests {
    private static let policy = """
        maxine_policy: 1
        name: revocation-order
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: viewer, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
          - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
        acl:
          - { id: admins, effect: allow, subjects: [role:admin], actions: [service.*, identity.issue], resources: { services: ["*"], namespaces: ["*"] } }
        """

    /// Changes of one instance take turns.
    private static let registration = """
        PUT /api/maxine/services/web/instances/web-1 HTTP/1.1\r
        host: localhost\r
        content-type: application/json\r
        content-length: 49\r
        \r
        {"address":"10.0.0.7","port":80,"ttlSeconds":300}
        """
    private static let whoAmI = "GET /api/maxine/auth/whoami HTTP/1.1\r\nhost: localhost\r\n\r\n"

    private static let denied = #"maxine_requests_total{result="deny"}"#
    private let files = FaultyFiles()

    private typealias Body =
        @Sendable (InProcessGateway, LiveClients, OperatorClient) async throws -> Void

    private func serving(_ body: @escaping Body) async throws {
        var outside = OutsideParts()
        outside.files = files
        outside.journalRetrySeconds = 0.01
        try await InProcessGateway(policy: Self.policy, outside: outside).serving { gateway in
            try await gateway.issue("web")
            let clients = try LiveClients(gateway)
            let operators = try await OperatorClient(gateway)
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(gateway, clients, operators))
            } catch {
                result = .failure(error)
            }
            files.letGo()
            try await operators.end()
            try await clients.end()
            try result.get()
        }
    }

    /// Requests that were being recorded, that waited for their turn, or that came a moment before or after.
    @Test func nothingIsAllowedBehindTheRecordOfARevocation() async throws {
        try await serving { [files] gateway, clients, operators in
            let live = try await clients.open(64, as: "web")
            files.hold()
            live[0].ask(Self.registration)
            await files.held.until(1)
            for client in live[1..<4] { client.ask(Self.registration) }
            for client in live[4..<8] { client.ask(Self.whoAmI) }
            for client in live[8..<16] { client.ask() }
            async let answer = operators.revoke("web")
            // One after the other until one is refused: then nothing is taken any more, and nothing is on record yet.
            let before = try await gateway.metric(Self.denied)
            for client in live[16...] {
                guard try await gateway.metric(Self.denied) == before else { break }
                client.ask()
            }
            #expect(try await gateway.metric(Self.denied) > before)
            for client in live[60...] { client.ask(Self.registration) }
            files.letGo()
            let told = try await answer
            #expect(told.contains("\"endedConnections\":64"), "\(told)")
            let records = try gateway.journal()
            let revocation = try #require(
                records.firstIndex {
                    $0["type"]?.string == "intent" && $0["action"]?.string == "ca.revoke"
                })
            let behind = records[revocation...].filter { Self.allowsWeb($0) }
            #expect(behind.isEmpty, "\(behind)")
            let registered = records[..<revocation].filter {
                Self.allowsWeb($0) && $0["action"]?.string == "service.register"
            }
            #expect(registered.count == 1, "the others waited for their turn: \(registered)")
        }
    }

    @Test func aRevocationThatCantBeRecordedLeavesAllAsItWas() async throws {
        try await serving { [files] gateway, clients, operators in
            let client = try #require(try await clients.open(1, as: "web").first)
            files.fail()
            #expect(try await operators.revoke("web").contains("audit"))
            files.heal()
            // Until the log takes records again.
            while try await gateway.curl("GET", "/api/maxine/status").status == 503 {}
            let answers = client.answers
            client.ask()
            try await client.answered(answers + 1)
            #expect(try gateway.journal().contains(where: Self.allowsWeb))
            #expect(try await clients.open(1, as: "web").count == 1)
            #expect(try await operators.revoke("web").contains("\"endedConnections\":2"))
        }
    }

    @Test func aRevocationOnRecordIsDoneThoughWhoeverWantedItIsGone() async throws {
        try await serving { [files] gateway, clients, operators in
            let client = try #require(try await clients.open(1, as: "web").first)
            let pipe = try await gateway.connect(.ofOperator("operator"))
            let body = #"{"spiffeId":"\#(InProcessGateway.spiffeID("web"))","reason":"drill"}"#
            let open = try await gateway.metric("maxine_connections")
            files.hold()
            try await Shell.aside {
                pipe.send(
                    "POST \(InProcessGateway.revoke) HTTP/1.1\r\nhost: localhost\r\n"
                        + "content-type: application/json\r\n"
                        + "content-length: \(body.utf8.count)\r\n\r\n\(body)")
            }
            await files.held.until(1)
            try await Shell.aside { pipe.close() }
            while try await gateway.metric("maxine_connections") >= open {
                try Task.checkCancellation()
            }
            files.letGo()
            try await client.untilEnded()
            #expect(try await gateway.answer(to: .issued("web")).isEmpty)
        }
    }

    private static func allowsWeb(_ record: JSONValue) -> Bool {
        record["principal"]?["id"]?.string == InProcessGateway.spiffeID("web")
            && record["decision"]?.string == "allow"
    }
}
