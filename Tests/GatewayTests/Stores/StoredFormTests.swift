import Auth
import Foundation
import GRDB
import Gateway
import Support
import Testing

/// What is stored of keys and sessions is read as it was written, or not at all.
@Suite(.timeLimit(.minutes(10))) struct StoredFormTests {
    /// A store with one session, and one key of all members that was rotated, made by a gateway.
    private func store() async throws -> InProcessGateway {
        let people = try SessionFixture()
        let gateway = try people.gateway()
        try await gateway.serving { gateway in
            _ = try await people.login(gateway)
            let key = try await gateway.makeKey(
                #""name":"k","scopes":["x","y"],"cidrs":["127.0.0.0/8"],"#
                    + #""limits":{"perMinute":10,"perHour":100}"#)
            let rotated = try await gateway.curl(
                "POST", "\(InProcessGateway.keys)/\(key.id)/rotate")
            #expect(rotated.status == 200, "\(rotated.body)")
        }
        return gateway
    }

    /// What opening says of a copy of the store in which the rows of a table were changed.
    private func opening(
        _ gateway: InProcessGateway, _ table: String, _ change: String
    ) throws -> String {
        let folder = try TestFolder()
        let path = folder.path("copy.sqlite")
        try FileManager.default.copyItem(
            atPath: gateway.folder.path + "/data/credentials.sqlite", toPath: path)
        let database = try DatabaseQueue(path: path)
        try database.write { database in
            try database.execute(
                sql: """
                    UPDATE \(table) SET detail = CAST(d AS BLOB)
                    FROM (SELECT \(change) AS d FROM
                        (SELECT CAST(detail AS TEXT) AS detail FROM \(table)))
                    """)
        }
        try database.close()
        do throws(AuthError) {
            let store = try CredentialStore(path: path)
            let keys = try APIKeyRing(store, trustDomain: "maxine.local")
            let sessions = try SessionRing(
                store, naming: ServiceNaming(trustDomain: "maxine.local", datacenter: "dc1"),
                issuers: [], revocations: TokenRevocations(),
                resets: BootstrapResets(trustDomain: "maxine.local"), nowNanoseconds: 0,
                elapsed: { 0 })
            let found = "\(keys.count) and \(sessions.count)"
            try store.close()
            return found
        } catch {
            return error.description
        }
    }

    /// Whatever a key hangs on, and whatever its owner is known by.
    @Test func aKeyIsAfterARestartWhatItWas() async throws {
        let gateway = try InProcessGateway(policy: KeyPolicy.text)
        let (path, before) = try await gateway.serving { gateway in
            let key = try await gateway.makeKey(
                #""name":"k","scopes":["x","y"],"cidrs":["127.0.0.0/8"],"ttlSeconds":86400,"#
                    + #""spiffeId":"spiffe://maxine.local/operator/operator","#
                    + #""limits":{"perMinute":10,"perHour":100}"#)
            let path = "\(InProcessGateway.keys)/\(key.id)"
            let rotated = try await gateway.curl("POST", path + "/rotate")
            #expect(rotated.status == 200, "\(rotated.body)")
            return (path, try await gateway.curl("GET", path).body)
        }
        for member in ["perMinute", "perHour", "spiffeId", "graceEndsAt", "rotatedAt", "cidrs"] {
            #expect(before.contains("\"\(member)\""), "\(before)")
        }
        try await gateway.serving { gateway in
            let after = try await gateway.curl("GET", path)
            #expect(after.body == before)
        }
    }

    @Test func whoeverSignedOnIsAfterARestartWhoTheyWere() async throws {
        let people = try SessionFixture()
        let policy = SessionFixture.policy.replacing(
            "{ group: idp/ops }",
            with:
                #"{ group: idp/ops }, { oidc: { issuer: "https://idp.example", claim: site, value: north } }"#
        )
        let gateway = try people.gateway(policy: policy)
        let claims: [String: String?] = [
            "roles": #"["auditor"]"#, "site": #""north""#, "groups": #"["ops","x"]"#,
        ]
        let who = InProcessGateway.auth + "whoami"
        let (opened, before, own) = try await gateway.serving { gateway in
            let opened = try await people.login(gateway, "alice", claims)
            let own = try OpenedSession(
                await gateway.curl("POST", InProcessGateway.auth + "login"))
            #expect(try await gateway.ask(own.bearer).status == 200)
            return (opened, try await gateway.ask(opened.bearer, path: who).body, own)
        }
        for word in ["auditor", "oidc", #""groups":["ops","x"]"#, #""from":"token""#] {
            #expect(before.contains(word), "\(word) in \(before)")
        }
        try await gateway.serving { gateway in
            let after = try await gateway.ask(opened.bearer, path: who)
            #expect(after.body == before)
            let other = try await gateway.ask(own.bearer)
            #expect(other.status == 200, "an operator's")
        }
    }

    @Test func aRowOfAnotherFormIsNotTakenForLess() async throws {
        let gateway = try await store()
        for (table, members) in [
            (
                "sessions",
                [
                    "id": "7", "holder": "[]", "roles": #"["x",1]"#, "createdSequence": "-1",
                    "createdNanoseconds": "1.5", "endsNanoseconds": #""1""#,
                    "proof.method": #""guess""#, "proof.tokenID": "{}",
                    "proof.issuedSeconds": #""x""#, "proof.boundTo": "[256]",
                    "holder.claims": #"["x"]"#, "holder.membership": #"{"provider":"idp"}"#,
                    "holder.id": "null",
                ]
            ),
            (
                "api_keys",
                [
                    "id": "null", "owner": #""x""#, "scopes": "{}", "ranges": #""127.0.0.1""#,
                    "spiffeID": "1", "perMinute": #""10""#, "revokedNanoseconds": "true",
                    "secrets": #"[[]]"#, "secrets[0].hash": #""AAAA""#,
                    "secrets[1].endsNanoseconds": #""never""#, "createdSequence": "1e30",
                ]
            ),
        ] {
            #expect(try opening(gateway, table, "detail") == "1 and 1")
            // What a later version adds is none of ours.
            #expect(
                try opening(gateway, table, #"json_set(detail, '$.later', 'x')"#) == "1 and 1")
            #expect(
                try opening(gateway, table, "'x' || detail").hasSuffix("a row has another form"))
            for (name, value) in members {
                let answer = try opening(
                    gateway, table, "json_set(detail, '$.\(name)', json('\(value)'))")
                #expect(answer.hasSuffix("a row has another form"), "\(name): \(answer)")
            }
        }
    }

    @Test func aRowThatLacksAMemberIsRefused() async throws {
        let gateway = try await store()
        for (table, members) in [
            ("api_keys", ["id", "owner", "scopes", "secrets", "endsNanoseconds", "ranges"]),
            ("sessions", ["id", "holder", "roles", "proof", "endsNanoseconds", "holder.claims"]),
        ] {
            for member in members {
                let answer = try opening(gateway, table, "json_remove(detail, '$.\(member)')")
                #expect(answer.hasSuffix("a row has another form"), "\(member): \(answer)")
            }
        }
    }
}
