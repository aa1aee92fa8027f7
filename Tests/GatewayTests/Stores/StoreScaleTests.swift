import Auth
import Foundation
import GRDB
import Gateway
import Support
import Testing

/// A start with as many sessions and keys as there may be: what it costs grows with their number and not with its square.
@Suite(.timeLimit(.minutes(10))) struct StoreScaleTests {
    /// Sessions of one holder, as many as one may have.
    private static let perHolder = 64

    /// A store with one session and one key, made by a gateway.
    private func store() async throws -> InProcessGateway {
        let people = try SessionFixture()
        let gateway = try people.gateway()
        try await gateway.serving { gateway in
            _ = try await people.login(gateway)
            _ = try await gateway.makeKey()
        }
        return gateway
    }

    /// Has the store hold so many of each, many for each holder.
    private func grow(_ gateway: InProcessGateway, to count: Int) throws -> String {
        let path = gateway.folder.appending(path: "data/credentials.sqlite").path
        let database = try DatabaseQueue(path: path)
        try database.write { database in
            try database.execute(
                sql: """
                    WITH RECURSIVE n(i) AS (
                        SELECT (SELECT count(*) FROM sessions) UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
                    INSERT INTO sessions SELECT randomblob(32), CAST(json_set(CAST(detail AS TEXT),
                        '$.id', printf('%012d', i), '$.holder.id', 'idp/u' || (i / ?),
                        '$.createdNanoseconds', abs(random() % 1000000000000)) AS BLOB), used
                    FROM n, (SELECT detail, used FROM sessions LIMIT 1)
                    """, arguments: [count, Self.perHolder])
            try database.execute(
                sql: """
                    WITH RECURSIVE n(i) AS (
                        SELECT (SELECT count(*) FROM api_keys) UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
                    INSERT INTO api_keys SELECT printf('%08d', i), CAST(json_set(CAST(detail AS TEXT),
                        '$.id', printf('%08d', i), '$.owner.id', 'idp/u' || (i / ?)) AS BLOB), used
                    FROM n, (SELECT detail, used FROM api_keys LIMIT 1)
                    """, arguments: [count, Self.perHolder])
        }
        try database.close()
        return path
    }

    /// The processor time of this thread that opening takes, in nanoseconds for each of the store's rows.
    private func cost(of count: Int, in path: String) throws -> Double {
        func now() throws -> Double {
            // Of this thread alone: whatever else the machine does is in neither.
            let file = try String(contentsOfFile: "/proc/thread-self/schedstat", encoding: .utf8)
            return file.split(separator: " ").first.flatMap { Double($0) } ?? 0
        }
        let begun = try now()
        let store = try CredentialStore(path: path)
        let keys = try APIKeyRing(store, trustDomain: "maxine.local")
        let sessions = try SessionRing(
            store, naming: ServiceNaming(trustDomain: "maxine.local", datacenter: "dc1"),
            issuers: [], revocations: TokenRevocations(),
            resets: BootstrapResets(trustDomain: "maxine.local"), nowNanoseconds: 0,
            elapsed: { 0 })
        let cost = (try now() - begun) / Double(count)
        #expect(sessions.count == count)
        #expect(keys.count == count)
        try store.close()
        return cost
    }

    @Test func openingTenTimesAsManyCostsTenTimesAsMuch() async throws {
        let gateway = try await store()
        let few = try cost(of: 2_000, in: grow(gateway, to: 2_000))
        let many = try cost(of: 20_000, in: grow(gateway, to: 20_000))
        // By squares it would be ten.
        #expect(many < few * 4, "\(few) ns and \(many) ns for each")
    }
}
