import Foundation
import GRDB
import Gateway
import StrictJSON
import Support
import Testing

/// Persons stand in the log as pseudonyms, and what is known of them can be told only as long as their keys are kept.
@Suite(.timeLimit(.minutes(10))) struct PersonsTests {
    private static let policy = """
        maxine_policy: 1
        name: people
        roles: { team: { actions: [service.*] } }
        bindings: [ { role: team, subjects: [ { user: alice } ] } ]
        acl:
          - id: team
            effect: allow
            subjects: [role:team]
            actions: [service.*]
            resources: { services: ["*"], namespaces: ["*"] }
        """
    private static let alice = ["authorization: Bearer alice", "user-agent: canary-agent"]
    private static let body = #"{"address":"10.0.0.7","port":8080}"#

    private func gateway(
        _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws -> InProcessGateway {
        var outside = OutsideParts()
        outside.authenticators = [WordAuthenticator()]
        return try InProcessGateway(policy: Self.policy, outside: outside, change)
    }

    private func register(_ id: String, at gateway: InProcessGateway) async throws -> CurlAnswer {
        try await gateway.curl(
            "PUT", "/api/maxine/services/api/instances/\(id)", body: Self.body,
            headers: Self.alice)
    }

    @Test func nothingInTheLogSaysWhoAPersonIsOrWhereFrom() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            #expect(try await register("a-1", at: gateway).status == 201)
            let refused = try await gateway.curl(
                "GET", "/api/maxine/status", headers: Self.alice)
            #expect(refused.status == 403)
        }
        let records = try gateway.journal().filter {
            $0["principal"]?["kind"]?.string == "user"
        }
        #expect(records.count == 3, "an intent, its outcome and a refusal")
        let names = records.map { RecordedAsker.name(in: $0, of: gateway.folder) }
        #expect(names == ["alice", "alice", "alice"])
        #expect(Set(records.map { $0["principal"]?["id"]?["pseudonym"]?.string }).count == 1)
        for record in records {
            #expect(record["client"]?["ip"]?["sealed"]?.string?.isEmpty == false)
            #expect(record["client"]?["agent"]?["sealed"]?.string?.isEmpty == false)
        }
        let text = try JournalFiles(of: gateway.folder).records().joined()
        for clear in ["alice", "canary-agent"] { #expect(!text.contains(clear)) }
    }

    /// The log is the catalogue's redo log; whose a registration is has to be told from it.
    @Test func aRegistrationIsItsPersonsAfterACrashToo() async throws {
        let gateway = try gateway { $0.limits.registrationsPerPrincipal = 1 }
        let after = try await gateway.serving { gateway in
            #expect(try await register("a-1", at: gateway).status == 201)
            return try gateway.asAfterACrash()
        }
        try await after.serving { gateway in
            let another = try await register("a-2", at: gateway)
            let same = try await register("a-1", at: gateway)
            #expect(another.status == 409)
            #expect(same.status == 200)
        }
    }

    /// A record that could never tell who asked would be no evidence.
    @Test func whoseKeyCantBeKeptIsRefused() async throws {
        try await gateway().serving { gateway in
            let path = gateway.folder.path + "/data/persons.sqlite"
            var open = Configuration()
            open.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: path, configuration: open)
            try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
            let refused = try await register("a-1", at: gateway)
            #expect(refused.status == 503, "\(refused.body)")
            try other.inDatabase { try $0.execute(sql: "COMMIT") }
            try other.close()
            #expect(try await register("a-1", at: gateway).status == 201)
        }
    }
}
