import Audit
import Auth
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// What was done to sessions outlives a crash, an old copy of their store, and a change of who is believed.
@Suite(.timeLimit(.minutes(10))) struct SessionRestartTests {
    private let people: SessionFixture

    init() throws { people = try SessionFixture() }

    private func again(
        _ gateway: InProcessGateway, _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws -> InProcessGateway {
        try InProcessGateway(
            policy: SessionFixture.policy, clock: gateway.clock, folder: gateway.left
        ) {
            $0.tokenIssuers = gateway.settings.tokenIssuers
            change(&$0)
        }
    }

    @Test func aSessionIsGoodAfterACrashAndOneThatEndedIsNot() async throws {
        let (crashed, kept, ended) = try await people.gateway().serving { gateway in
            let kept = try await people.login(gateway)
            let ended = try await people.login(gateway)
            #expect(try await gateway.post("logout", headers: [ended.bearer]).status == 204)
            return (try gateway.asAfterACrash(), kept, ended)
        }
        try await crashed.serving { gateway in
            let good = try await gateway.ask(kept.bearer)
            #expect(good.status == 200)
            #expect(try await gateway.ask(ended.bearer).status == 401)
            #expect(!gateway.logText().contains("ended again"), "the store had its end, too")
        }
    }

    @Test func anOldCopyOfTheStoreMakesNoSessionGoodAgain() async throws {
        let gateway = try people.gateway()
        let store = gateway.folder.appending(path: "data/credentials.sqlite")
        let sessions = try await gateway.serving { gateway in
            var sessions: [OpenedSession] = []
            for user in ["alice", "alice", "bob", "bob", "carol"] {
                sessions.append(try await people.login(gateway, user))
            }
            return sessions
        }
        let copy = try Data(contentsOf: store)
        try await gateway.serving { gateway in
            let off = try await gateway.post("logout", headers: [sessions[0].bearer])
            #expect(off.status == 204)
            let all = try await gateway.post(
                "logout", #"{"everywhere":true}"#, headers: [sessions[2].bearer])
            #expect(all.status == 204)
        }
        for end in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: store.path + end)
        }
        try copy.write(to: store)
        let statuses = try await gateway.serving { gateway in
            var statuses: [Int] = []
            for one in sessions { statuses.append(try await gateway.ask(one.bearer).status) }
            return statuses
        }
        #expect(statuses == [401, 200, 401, 401, 200])
        #expect(gateway.logText().contains("sessions ended again because the log says so: 3"))
        try await gateway.serving { gateway in
            let refused = try await gateway.ask(sessions[0].bearer)
            #expect(refused.status == 401)
        }
        #expect(!gateway.logText().contains("sessions ended again"), "the store has it now")
    }

    /// Intents as a crash left them, and what the next start says of each.
    @Test func intentsWithoutAnOutcomeAreRedoneOrClosedWithWhatIsKnown() async throws {
        let gateway = try people.gateway()
        let opened = try await gateway.serving { try await people.login($0) }
        let journal = try Journal.open(
            JournalConfiguration(directory: gateway.folder.path + "/data/audit"))
        let lane = journal.makeLane()
        try lane.append(
            Record(
                kind: .intent, action: "session.revoke",
                detail: SessionRing.detail(ending: [opened.id])))
        try lane.append(
            Record(
                kind: .intent, action: "session.create",
                resource: ResourceFields(id: "AAAAAAAAAAAA")))
        _ = lane.commit(nowNanoseconds: gateway.clock.nanoseconds)
        journal.close()
        try await gateway.serving { gateway in
            let refused = try await gateway.ask(opened.bearer)
            #expect(refused.status == 401)
        }
        let reasons = try gateway.journal().filter { $0["type"]?.string == "outcome" }
            .compactMap { $0["reason"]?.string }
        #expect(reasons.contains { $0.hasPrefix("redone:") })
        #expect(
            reasons.contains { $0.hasPrefix("not done, the store of sessions does not hold it:") })
    }

    @Test func whoseIssuerIsTakenNoMoreIsRefused() async throws {
        let gateway = try people.gateway()
        let opened = try await gateway.serving { try await people.login($0) }
        try await again(gateway) { $0.tokenIssuers = [] }.serving { gateway in
            let refused = try await gateway.ask(opened.bearer)
            #expect(refused.status == 401)
            #expect(try gateway.why(refused).contains("session_unvouched"))
        }
        // Another one of the same name inherits nothing.
        let other = try again(gateway) { $0.tokenIssuers[0].issuer = "https://other.example" }
        try await other.serving { gateway in
            let refused = try await gateway.ask(opened.bearer)
            #expect(refused.status == 401)
        }
        try await again(gateway).serving { gateway in
            let answer = try await gateway.ask(opened.bearer)
            #expect(answer.status == 200)
        }
    }

    @Test func rolesOfATokenCountAsLongAsItsIssuerMayGiveThem() async throws {
        let path = "/api/maxine/services"
        let policy = SessionFixture.policy.replacing(
            "roles: {", with: "roles: { auditor: { actions: [audit.read, system.read] },")
        let gateway = try people.gateway(policy: policy)
        let opened = try await gateway.serving { gateway in
            let opened = try await people.login(
                gateway, "dora", ["groups": #"["none"]"#, "roles": #"["auditor","admin"]"#])
            #expect(try await gateway.ask(opened.bearer).status == 200)
            #expect(try await gateway.ask(opened.bearer, path: path).status == 403, "no admin")
            return opened
        }
        let less = try InProcessGateway(
            policy: policy, clock: gateway.clock, folder: gateway.left
        ) {
            $0.tokenIssuers = gateway.settings.tokenIssuers
            $0.tokenIssuers[0].mapping.rolesAllowed = []
        }
        try await less.serving { gateway in
            let answer = try await gateway.ask(opened.bearer)
            #expect(answer.status == 403)
        }
    }

    /// While it was the only provider, policies could leave its name out; not any more.
    @Test func whoseProviderIsNotTheOnlyOneAnyMoreIsNotTakenForAnothers() async throws {
        let policy = SessionFixture.policy.replacing(
            "{ group: idp/ops }", with: "{ user: alice }, { api_key_scope: look }"
        ).replacing(
            "bindings:", with: "bindings:\n  - { role: admin, subjects: [{ user: alice }] }")
        let gateway = try people.gateway(policy: policy)
        let (opened, key) = try await gateway.serving { gateway in
            let opened = try await people.login(gateway)
            #expect(try await gateway.ask(opened.bearer).status == 200)
            let key = try MadeKey(
                await gateway.curl(
                    "POST", InProcessGateway.keys, body: #"{"scopes":["look"]}"#,
                    headers: [opened.bearer], at: gateway.peopleAddress))
            #expect(try await gateway.use(key.text).status == 200)
            return (opened, key)
        }
        let more = try InProcessGateway(
            policy: policy, clock: gateway.clock, folder: gateway.left
        ) {
            $0.tokenIssuers = gateway.settings.tokenIssuers
            var second = $0.tokenIssuers[0]
            second.name = "ci"
            second.issuer = "https://ci.example"
            $0.tokenIssuers.append(second)
        }
        try await more.serving { gateway in
            let answer = try await gateway.ask(opened.bearer)
            #expect(answer.status == 403)
            #expect(try await gateway.use(key.text).status == 403, "nor by her keys")
        }
    }

    @Test func aRevokedTokenTakesItsSessionsAlong() async throws {
        let gateway = try people.gateway()
        let (one, other, bob) = try await gateway.serving { gateway in
            let one = try await people.login(gateway, "alice", ["jti": #""t-1""#])
            let other = try await people.login(gateway, "alice", ["jti": #""t-2""#])
            let bob = try await people.login(gateway, "bob", ["jti": #""t-3""#])
            #expect(try await gateway.ask(one.bearer).status == 200)
            let revoked = try await gateway.curl(
                "POST", InProcessGateway.auth + "revoke",
                body: #"{"provider":"idp","token":"t-1"}"#)
            #expect(revoked.status == 204)
            #expect(try await gateway.ask(one.bearer).status == 401)
            #expect(try await gateway.ask(other.bearer).status == 200)
            let holder = try await gateway.curl(
                "POST", InProcessGateway.auth + "revoke",
                body: #"{"provider":"idp","holder":"idp/alice"}"#)
            #expect(holder.status == 204)
            #expect(try await gateway.ask(other.bearer).status == 401)
            return (one, other, bob)
        }
        try await gateway.serving { gateway in
            for (session, status) in [(one, 401), (other, 401), (bob, 200)] {
                let answer = try await gateway.ask(session.bearer)
                #expect(answer.status == status)
            }
        }
    }

    /// A leaked store: what it holds of a session is not taken for the session.
    @Test func theStoreHoldsNoSecret() async throws {
        let gateway = try people.gateway()
        let opened = try await gateway.serving { try await people.login($0) }
        let stored = try Data(contentsOf: gateway.folder.appending(path: "data/credentials.sqlite"))
        #expect(stored.range(of: Data(opened.id.utf8)) != nil, "the session is in it")
        let found = try await Shell.run(
            aside: ["grep", "-rlaF", "-e", String(opened.secret.dropFirst(4).prefix(20)), "."],
            directory: gateway.folder)
        #expect(found.status == 1, "\(found.output)")
    }
}
