import Auth
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Who sees and ends which sessions: everybody his own, others' by policy.
@Suite(.timeLimit(.minutes(10))) struct SessionListTests {
    private static let sessions = InProcessGateway.auth + "sessions"
    private let people: SessionFixture

    init() throws { people = try SessionFixture() }

    private func ids(_ answer: CurlAnswer) throws -> Set<String> {
        let value = try StrictJSON.parse(Array(answer.body.utf8))
        guard case .array(let sessions)? = value["sessions"] else {
            throw TestFault(description: "\(answer.status) \(answer.body)")
        }
        return Set(sessions.compactMap { $0["id"]?.string })
    }

    @Test func everybodySeesHisOwnAndOthersByPolicy() async throws {
        try await people.gateway().serving { gateway in
            let one = try await people.login(gateway)
            let two = try await people.login(gateway)
            let bob = try await people.login(gateway, "bob")
            let own = try await gateway.ask(one.bearer, path: Self.sessions)
            #expect(try ids(own) == [one.id, two.id])
            let list = try StrictJSON.parse(Array(own.body.utf8))["sessions"]
            guard case .array(let shown)? = list else { return }
            #expect(
                shown.filter { $0["current"] == .bool(true) }.map { $0["id"]?.string } == [one.id])
            #expect(shown.first?["holder"]?["id"]?.string == "idp/alice")
            #expect(shown.first?["method"]?.string == "token")
            #expect(shown.first?["provider"]?.string == "idp")
            #expect(!own.body.contains(one.secret.dropFirst(4)) && !own.body.contains("hash"))
            for query in ["?holder=idp/bob", "?holder=idp/alice", "?all=true"] {
                let refused = try await gateway.ask(one.bearer, path: Self.sessions + query)
                #expect(refused.status == 403, "\(query)")
            }
            let bobs = try await gateway.curl("GET", Self.sessions + "?holder=idp%2Fbob")
            #expect(try ids(bobs) == [bob.id])
            let page = try await gateway.curl("GET", Self.sessions + "?all=true&limit=2")
            let next = try #require(
                try StrictJSON.parse(Array(page.body.utf8))["next"]?.string)
            let rest = try await gateway.curl(
                "GET", Self.sessions + "?all=true&limit=2&next=\(next)")
            #expect(try ids(page).union(ids(rest)) == [one.id, two.id, bob.id])
            #expect(try await gateway.curl("GET", Self.sessions + "?next=\(next)").status == 400)
            #expect(try await gateway.curl("GET", Self.sessions + "?all=1").status == 400)
        }
    }

    @Test func everybodyEndsHisOwnAndOthersByPolicy() async throws {
        try await people.gateway().serving { gateway in
            let one = try await people.login(gateway)
            let two = try await people.login(gateway)
            let bob = try await people.login(gateway, "bob")
            let forbidden = try await gateway.curl(
                "DELETE", Self.sessions + "/" + bob.id, headers: [one.bearer],
                at: gateway.peopleAddress)
            #expect(forbidden.status == 403)
            let probed = try await gateway.curl(
                "DELETE", Self.sessions + "/AAAAAAAAAAAA", headers: [one.bearer],
                at: gateway.peopleAddress)
            #expect(probed.status == 403, "whether there is one is not said")
            #expect(try await gateway.ask(bob.bearer).status == 200)
            let own = try await gateway.curl(
                "DELETE", Self.sessions + "/" + two.id, headers: [one.bearer],
                at: gateway.peopleAddress)
            #expect(own.status == 204)
            #expect(try await gateway.ask(two.bearer).status == 401)
            let ended = try await gateway.curl("DELETE", Self.sessions + "/" + bob.id)
            #expect(ended.status == 204)
            #expect(try await gateway.ask(bob.bearer).status == 401)
            #expect(try await gateway.curl("DELETE", Self.sessions + "/" + bob.id).status == 404)
            let all = try await gateway.curl("DELETE", Self.sessions + "?holder=idp/alice")
            #expect(all.status == 204)
            #expect(try await gateway.ask(one.bearer).status == 401)
            let secret = try await gateway.curl("DELETE", Self.sessions + "/" + one.secret)
            #expect(secret.status == 400)
            #expect(secret.body.contains("key-in-url") && !secret.body.contains(one.secret))
        }
    }

    /// An operator is named by the identity of the certificate, users by their provider and name.
    @Test func anOperatorsSessionsAreSeenAndEndedByTheirIdentity() async throws {
        try await people.gateway().serving { gateway in
            let alice = try await people.login(gateway)
            let opened = try OpenedSession(
                await gateway.curl("POST", InProcessGateway.auth + "login"))
            let query = "?holder=spiffe://maxine.local/operator/operator"
            let list = try await gateway.curl("GET", Self.sessions + query)
            #expect(try ids(list) == [opened.id])
            let ended = try await gateway.curl("DELETE", Self.sessions + query)
            #expect(ended.status == 204, "\(ended.body)")
            #expect(try await gateway.ask(opened.bearer).status == 401)
            #expect(try await gateway.ask(alice.bearer).status == 200)
        }
    }

    @Test func whereNobodyMaySignOnNobodyDoes() async throws {
        let policy = SessionFixture.policy.replacing(
            "  - { role: public, subjects: [{ anonymous: true }] }\n", with: "")
        try await people.gateway(policy: policy).serving { gateway in
            let bearer = "authorization: Bearer \(people.token(gateway))"
            let refused = try await gateway.post("login", headers: [bearer])
            #expect(refused.status == 403)
            #expect(try await gateway.ask(bearer, path: Self.sessions).status == 200)
        }
    }

    @Test func aHolderHasSoManyAndTheOldestMakesRoom() async throws {
        let gateway = try people.gateway {
            $0.sessions.perHolderMax = 2
            $0.sessions.sessionsMax = 3
        }
        try await gateway.serving { gateway in
            var sessions: [OpenedSession] = []
            var open: OpenConnections?
            for _ in 0..<3 {
                gateway.clock.advance(by: .seconds(1))
                sessions.append(try await people.login(gateway))
                if sessions.count == 1 {
                    open = try await OpenConnections.open(
                        by: sessions[0].bearer, at: gateway.peopleAddress, of: gateway,
                        [.http1, .http2])
                }
            }
            let left = try await open?.left(after: 1)
            #expect(left == [], "nor does what is open by it go on")
            open?.close()
            var statuses: [Int] = []
            for one in sessions { statuses.append(try await gateway.ask(one.bearer).status) }
            #expect(statuses == [401, 200, 200])
            _ = try await people.login(gateway, "bob")
            let full = try await gateway.post(
                "login", headers: ["authorization: Bearer \(people.token(gateway, "carol"))"])
            #expect(full.status == 503, "\(full.body)")
            #expect(full.headers["retry-after"] == "60")
            // Whoever has some loses his own, and nobody else's.
            _ = try await people.login(gateway)
            #expect(try await gateway.ask(sessions[2].bearer).status == 200)
        }
    }
}
