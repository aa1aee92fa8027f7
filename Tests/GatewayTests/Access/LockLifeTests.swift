import Audit
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Locks from their making to their end, over restarts and crashes.
@Suite(.timeLimit(.minutes(10))) struct LockLifeTests {
    let house: AccessFixture

    init() throws {
        house = try AccessFixture()
    }

    @Test func whoIsLockedIsRefusedAtTheNextRequestUntilTheLockIsGone() async throws {
        try await house.gateway().serving { gateway in
            let alice = house.token(gateway, "alice")
            let wrong = try await gateway.bear(alice + "x")
            #expect(try await gateway.bear(alice).status == 200)
            let made = try await gateway.lock("user", "idp/alice")
            #expect(made.status == 201, "\(made.body)")
            let refused = try await gateway.bear(alice)
            #expect(refused.status == 401)
            let texts = [refused, wrong].map {
                $0.body.replacing(/record \d+|"audit":\d+/, with: "")
            }
            #expect(texts[0] == texts[1], "it hears nothing of a lock")
            #expect(try await gateway.bear(house.token(gateway, "bob")).status == 200)
            #expect(try await gateway.bear(house.token(gateway, "alice", from: "ci")).status == 200)
            // Not even what it sends is read.
            let garbage = try await gateway.bear(alice, "POST", AccessFixture.locks, body: "{")
            #expect(garbage.status == 401)
            let list = try await gateway.curl("GET", AccessFixture.locks)
            #expect(list.body.contains(#""target":{"user":"idp/alice"},"reason":"because-canary""#))
            #expect(try await gateway.unlock(made.id).status == 204)
            #expect(try await gateway.bear(alice).status == 200)
            #expect(try await gateway.unlock(made.id).status == 404)
            #expect(try await gateway.unlock("l-guess").status == 404)
            let reasons = try gateway.journal().compactMap { $0["reason"]?.string }
            #expect(reasons.contains { $0.contains("locked: the lock \(made.id) is on whoever") })
        }
    }

    @Test func eachKindOfTargetIsRefused() async throws {
        try await house.gateway().serving { gateway in
            try await gateway.issue("web")
            let web = try await gateway.makeKey(#""scopes":["look"]"#, as: "web")
            let own = try await gateway.makeKey(#""scopes":["look"]"#)
            func status() async throws -> [Int] {
                [
                    try await gateway.curl("GET", AccessFixture.whoAmI, as: "web").status,
                    try await gateway.use(web.text).status, try await gateway.use(own.text).status,
                    try await gateway.bear(house.token(gateway, "alice")).status,
                ]
            }
            #expect(try await status() == [200, 200, 200, 200])
            let spiffe = "spiffe://maxine.local/ns/default/dc/dc1/svc/web"
            for (kind, name, expected) in [
                ("service", "web", [401, 401, 200, 200]), ("spiffe", spiffe, [401, 401, 200, 200]),
                ("key", own.id, [200, 200, 401, 200]), ("key", web.id, [200, 401, 200, 200]),
                ("issuer", "IDP", [200, 200, 200, 401]), ("user", "alice", [200, 200, 200, 401]),
                ("role", "viewer", [200, 200, 200, 403]), ("role", "keeper", [200, 403, 200, 200]),
            ] {
                let made = try await gateway.lock(kind, name)
                #expect(made.status == 201, "\(made.body)")
                #expect(try await status() == expected, "\(kind) \(name)")
                #expect(try await gateway.unlock(made.id).status == 204)
            }
            let refused = try await gateway.lock("service", "web")
            let told = try await gateway.curl("GET", AccessFixture.whoAmI, as: "web")
            #expect(told.body.contains("whom the certificate names is locked"), "\(told.body)")
            #expect(try await gateway.unlock(refused.id).status == 204)
            #expect(try await status() == [200, 200, 200, 200])
        }
    }

    @Test func nobodyLocksThemselvesAndOnlyOperatorsLockOperators() async throws {
        try await house.gateway().serving { gateway in
            let own = "spiffe://maxine.local/operator/operator"
            #expect(try await gateway.lock("spiffe", own).status == 409)
            #expect(try await gateway.lock("spiffe", own + "2").status == 201)
            // The role goes, and what undoes it stays.
            let admin = try await gateway.lock("role", "admin")
            #expect(admin.status == 201, "\(admin.body)")
            #expect(try await gateway.curl("GET", "/api/maxine/status").status == 403)
            #expect(try await gateway.unlock(admin.id).status == 204)
            let warden = house.token(gateway, "warden")
            func lock(_ kind: String, _ name: String) async throws -> Int {
                try await gateway.bear(
                    warden, "POST", AccessFixture.locks,
                    body: #"{"target":{"\#(kind)":"\#(name)"},"reason":"x"}"#
                ).status
            }
            #expect(try await lock("spiffe", own) == 403, "it is no operator")
            for (kind, name) in [
                ("user", "idp/warden"), ("user", "WARDEN"), ("issuer", "idp"), ("role", "warden"),
            ] {
                #expect(try await lock(kind, name) == 409, "\(kind) \(name)")
            }
            #expect(try await lock("user", "root") == 201)
            #expect(try await gateway.curl("GET", "/api/maxine/status").status == 200)
            let refused = try await gateway.bear(
                house.token(gateway, "alice"), "POST", AccessFixture.locks,
                body: #"{"target":{"user":"bob"},"reason":"x"}"#)
            #expect(refused.status == 403)
        }
    }

    @Test func locksHoldOverRestartsAndCrashesAndEndInTime() async throws {
        let gateway = try house.gateway()
        let crashed = try await gateway.serving { gateway in
            for user in ["alice", "bob", "carol"] {
                #expect(try await gateway.lock("user", "idp/\(user)").status == 201)
            }
            #expect(
                try await gateway.lock("user", "dora", more: #","ttlSeconds":60"#).status == 201)
            let list = try await gateway.curl("GET", AccessFixture.locks).json
            guard case .array(let locks)? = list?["locks"] else { return gateway }
            for lock in locks where lock["target"]?["user"]?.string == "idp/bob" {
                #expect(try await gateway.unlock(lock["id"]?.string ?? "").status == 204)
            }
            return gateway
        }
        // The locks' names are nowhere in the log: they name persons.
        let log = try JournalFiles(of: crashed.folder).records().joined()
        for clear in ["alice", "carol", "because-canary"] { #expect(!log.contains(clear)) }
        try await crashed.serving { gateway in
            func status(_ user: String) async throws -> Int {
                try await gateway.bear(house.token(gateway, user)).status
            }
            #expect(try await status("alice") == 401)
            #expect(try await status("bob") == 200)
            #expect(try await status("dora") == 401)
            gateway.clock.advance(by: .seconds(60))
            try await gateway.tick(.locks)
            #expect(try await status("dora") == 200)
            #expect(try await status("carol") == 401)
        }
        try await crashed.serving { gateway in
            let list = try await gateway.curl("GET", AccessFixture.locks)
            #expect(list.body.contains("idp/alice") && !list.body.contains("dora"))
        }
    }

    /// A crash between an intent and its effect: whoever asked may have heard that it was done, so it is.
    @Test func whatACrashLeftBegunIsDoneAtTheStart() async throws {
        let gateway = try house.gateway()
        let id = try await gateway.serving { gateway in
            try await gateway.lock("key", "0aB1cD2e").id
        }
        let begun = [
            (
                "lock.write", "l-new",
                #"{"lock":{"kind":"service","name":"default/web","reason":"x"}}"#, 201
            ),
            ("lock.write", id, #"{"unlock":true}"#, 204),
            ("lock.write", "l-none", #"{"unlock":true}"#, 404),
        ]
        let sequences = try record(begun.map { ($0.0, $0.1, $0.2) }, in: gateway)
        try await gateway.serving { gateway in
            let list = try await gateway.curl("GET", AccessFixture.locks)
            #expect(list.body.contains("l-new") && !list.body.contains(id), "\(list.body)")
        }
        let outcomes = try gateway.journal().filter { $0["type"]?.string == "outcome" }
        for (intent, sequence) in zip(begun, sequences) {
            let own = outcomes.filter { $0["detail"]?["intent"]?.integer == Int64(sequence) }
            #expect(own.count == 1)
            #expect(own.first?["status"]?.integer.map(Int.init) == intent.3, "\(intent)")
        }
        // Once more, now that the log has the outcomes.
        try await gateway.serving { gateway in
            let list = try await gateway.curl("GET", AccessFixture.locks)
            #expect(list.body.contains("l-new") && !list.body.contains(id), "\(list.body)")
        }
    }

    private func record(
        _ intents: [(action: String, id: String, detail: String)], in gateway: InProcessGateway
    ) throws -> [UInt64] {
        let journal = try Journal.open(
            JournalConfiguration(directory: gateway.folder.path + "/data/audit"))
        defer { journal.close() }
        let lane = journal.makeLane()
        for intent in intents {
            try lane.append(
                Record(
                    kind: .intent, action: intent.action, resource: ResourceFields(id: intent.id),
                    detail: Array(intent.detail.utf8)))
        }
        var commit = lane.commit(nowNanoseconds: gateway.clock.nanoseconds)
        var sequences: [UInt64] = []
        while let receipt = commit.next() { sequences.append(receipt.sequence) }
        return sequences
    }

    @Test func bodiesAreReadStrictly() async throws {
        try await house.gateway().serving { gateway in
            for (body, status, says) in [
                ("{", 400, "body: "), ("[]", 400, "expected an object"),
                (#"{"target":{"user":"a"}}"#, 400, "$.reason"),
                (#"{"target":{"user":"a","key":"b"},"reason":"x"}"#, 400, "$.target"),
                (#"{"target":{"users":"a"},"reason":"x"}"#, 400, "no kind of target"),
                (#"{"target":{"key":"mxk_0aB1cD2e_x"},"reason":"x"}"#, 422, "$.target.key"),
                (#"{"target":{"spiffe":"web"},"reason":"x"}"#, 422, "$.target"),
                (#"{"target":{"user":"a"},"reason":""}"#, 422, "$.reason"),
                (#"{"target":{"user":"a"},"reason":"x","ttlSeconds":0}"#, 422, "$.ttlSeconds"),
                (#"{"target":{"user":"a"},"reason":"x","until":1}"#, 400, "unknown member"),
            ] {
                let answer = try await gateway.curl("POST", AccessFixture.locks, body: body)
                #expect(answer.status == status, "\(body): \(answer.body)")
                #expect(answer.body.contains(says), "\(body): \(answer.body)")
            }
            #expect(try await gateway.unlock("L-1").status == 400)
            #expect(try await gateway.unlock("mxk_1").status == 400)
        }
    }
}
