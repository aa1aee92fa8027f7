import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// A change is judged by what it makes and by what is there: alice may touch what is tagged team-a, bob what is tagged team-b.
@Suite struct ChangeJudgementTests {
    private static let policy = """
        maxine_policy: 1
        name: teams
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: operator, subjects: [{ user: alice }, { user: bob }] }
        acl:
          - { id: all, effect: allow, subjects: [role:admin], actions: [service.*], resources: { services: ["*"], namespaces: ["*"] } }
          - { id: a, effect: allow, subjects: ["user:alice"], actions: [service.*], resources: { services: ["*"], tags: [team-a] } }
          - { id: b, effect: allow, subjects: ["user:bob"], actions: [service.*], resources: { services: ["*"], tags: [team-b] } }
          - { id: frozen, effect: deny, actions: [service.register, service.deregister], resources: { services: ["*"], namespaces: [default], tags: [frozen] }, except: [role:admin] }
          - { id: quiet, effect: deny, actions: [service.heartbeat], resources: { services: ["*"], namespaces: [default], tags: [quiet] } }
        """

    private let instance = "/api/maxine/services/api/instances/1"

    private func gateway() throws -> InProcessGateway {
        var outside = OutsideParts()
        outside.authenticators = [WordAuthenticator()]
        return try InProcessGateway(policy: Self.policy, outside: outside)
    }

    private func body(_ tags: String, port: Int = 8080) -> String {
        #"{"address":"10.0.0.7","port":\#(port),"tags":[\#(tags)],"ttlSeconds":3600}"#
    }

    private func send(
        _ gateway: InProcessGateway, _ method: String, _ path: String? = nil,
        _ tags: String? = nil, port: Int = 8080, by who: String?
    ) async throws -> CurlAnswer {
        try await gateway.curl(
            method, path ?? instance, body: tags.map { body($0, port: port) },
            headers: who.map { ["Authorization: Bearer \($0)"] } ?? [])
    }

    private func detail(_ answer: CurlAnswer) throws -> String {
        try StrictJSON.parse(Array(answer.body.utf8))["detail"]?.string ?? ""
    }

    private func port(_ gateway: InProcessGateway) async throws -> Int64? {
        let answer = try await gateway.curl("GET", "/api/maxine/discover/api")
        return try StrictJSON.parse(Array(answer.body.utf8))["instance"]?["port"]?.integer
    }

    @Test func registeringOverWhatIsAnothersIsRefused() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            #expect(
                try await send(gateway, "PUT", nil, #""team-b""#, port: 1, by: "bob").status == 201)
            let refused = try await send(gateway, "PUT", nil, #""team-a""#, port: 2, by: "alice")
            #expect(refused.status == 403)
            let text = try detail(refused)
            #expect(
                text.hasPrefix(
                    "alice may not service.register api/1 in namespace default (what is there):"
                        + " gate acl, no rule allows it"))
            let records = try gateway.records("service.register")
            let record = records.first { $0.contains("\"seq\":\(refused.sequence),") } ?? ""
            #expect(record.contains(#""reason":"no rule allows it (what is there)""#), "\(record)")
            #expect(record.contains(#""existing":{"revision":"#), "\(record)")
            #expect(record.contains(#""tags":["team-b"]"#), "\(record)")
            let gaveAway = try await send(gateway, "PUT", nil, #""team-a""#, port: 3, by: "bob")
            #expect(gaveAway.status == 403)
            let given = try detail(gaveAway)
            #expect(given.contains("(what it would become): gate acl"))
            #expect(try await port(gateway) == 1)
            #expect(
                try await send(gateway, "PUT", nil, #""team-b""#, port: 4, by: "bob").status == 200)
            #expect(try await port(gateway) == 4)
        }
    }

    @Test func takingAwayAndRenewingAreJudgedByWhatIsThere() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            #expect(try await send(gateway, "PUT", nil, #""team-b""#, by: "bob").status == 201)
            let beat = instance + "/heartbeat"
            for (method, path) in [("DELETE", instance), ("POST", beat)] {
                let refused = try await send(gateway, method, path, by: "alice")
                #expect(refused.status == 403, "\(method)")
                let text = try detail(refused)
                #expect(text.contains("(what is there): gate acl"), "\(method)")
            }
            #expect(try await send(gateway, "POST", beat, by: "bob").status == 200)
            #expect(try await send(gateway, "DELETE", by: "bob").status == 204)
            // What is not there has no tags: no rule that asks for some speaks of it.
            let gone = try await send(gateway, "DELETE", by: "bob")
            let text = try detail(gone)
            #expect(text.contains("in namespace default: gate acl, no rule allows it"))
            #expect(try await send(gateway, "DELETE", by: nil).status == 404)
            #expect(try await send(gateway, "POST", beat, by: nil).status == 404)
            #expect(try await send(gateway, "PUT", nil, #""quiet""#, by: nil).status == 201)
            #expect(try await send(gateway, "POST", beat, by: nil).status == 403)
        }
    }

    @Test func aDenyHoldsForWhatIsThere() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            let both = #""team-a","frozen""#
            #expect(try await send(gateway, "PUT", nil, both, by: nil).status == 201)
            for (method, tags) in [("PUT", #""team-a""#), ("DELETE", nil)] {
                let refused = try await send(gateway, method, nil, tags, by: "alice")
                let text = try detail(refused)
                #expect(
                    text.contains("(what is there): gate acl, rule \"frozen\", deny rule frozen"))
            }
            #expect(try await send(gateway, "PUT", nil, #""team-a""#, by: nil).status == 200)
            #expect(try await send(gateway, "DELETE", by: "alice").status == 204)
        }
    }

    /// Sends requests in one piece, so that each is decided before the first is on disk.
    ///
    /// - Returns: The statuses of those that were refused, by their place; 200 stands for all others.
    private func together(
        _ requests: [(method: String, path: String, tags: String?, who: String?)],
        in gateway: InProcessGateway, meanwhile: @escaping @Sendable () throws -> Void = {}
    ) async throws -> [Int64] {
        var bytes = HTTP2Frames.preface
        for (index, request) in requests.enumerated() {
            let stream = UInt32(2 * index + 1)
            let token = request.who.map { [("authorization", "Bearer \($0)")] } ?? []
            let type = request.tags.map { _ in [("content-type", "application/json")] } ?? []
            bytes += HTTP2Frames.request(
                request.path, method: request.method, more: token + type, stream: stream,
                ends: request.tags == nil)
            guard let tags = request.tags else { continue }
            bytes += HTTP2Frames.frame(0, flags: 1, stream: stream, Array(body(tags).utf8))
        }
        let all = bytes
        return try await Shell.aside {
            let pipe = try TLSPipe(gateway, protocols: "h2")
            pipe.send(all)
            try meanwhile()
            pipe.read { HTTP2Frames.parse($0).count { $0.type == 1 } >= requests.count }
            // A ping is answered behind the bodies of all answers.
            pipe.send(HTTP2Frames.frame(6, Array(repeating: 7, count: 8)))
            pipe.read { HTTP2Frames.parse($0).contains { $0.type == 6 } }
            let frames = HTTP2Frames.parse(pipe.received)
            return requests.indices.map { index in
                let body = frames.filter { $0.type == 0 && $0.stream == UInt32(2 * index + 1) }
                let problem = try? StrictJSON.parse(body.flatMap(\.payload))
                return problem?["status"]?.integer ?? 200
            }
        }
    }

    @Test func nothingComesBetweenTheJudgementOfAChangeAndTheChange() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            let beat = instance + "/heartbeat"
            // Nothing is there when alice's registration arrives; bob's is, when it would be done.
            let registered = try await together(
                [
                    ("PUT", instance, #""team-b""#, "bob"),
                    ("PUT", instance, #""team-a""#, "alice"),
                    ("PUT", instance, #""team-b""#, "bob"), ("DELETE", instance, nil, "alice"),
                ], in: gateway)
            #expect(registered == [200, 403, 200, 403])
            // It is bob's when these arrive, and alice's by then.
            let changed = try await together(
                [
                    ("PUT", instance, #""team-a""#, nil), ("DELETE", instance, nil, "bob"),
                    ("POST", beat, nil, "bob"), ("POST", beat, nil, "alice"),
                ], in: gateway)
            #expect(changed == [200, 403, 403, 403])
            #expect(try await send(gateway, "POST", beat, by: "alice").status == 200)
        }
        gateway.expectWholeLog()
    }

    /// The turn goes from one event loop to another.
    @Test func changesFromManyConnectionsAllTakeTheirTurn() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            let statuses = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for connection in 0..<6 {
                    let tag = "\"team-\(connection % 2 == 0 ? "a" : "b")\""
                    group.addTask {
                        try await together(
                            Array(repeating: ("PUT", instance, tag, nil), count: 10), in: gateway)
                    }
                }
                return try await group.reduce([]) { $0 + $1 }
            }
            #expect(statuses == Array(repeating: 200, count: 60))
            let last = try gateway.records("service.register").last {
                $0.contains(#""type":"intent""#)
            }
            let isOfBob = last?.contains("team-b") == true
            #expect(try await send(gateway, "DELETE", by: isOfBob ? "alice" : "bob").status == 403)
            #expect(try await send(gateway, "DELETE", by: isOfBob ? "bob" : "alice").status == 204)
        }
    }

    /// A crash between the record and the change: the log alone leads to what was judged.
    @Test func changesOfOneInstanceStandInTheLogInTheOrderOfTheirJudgement() async throws {
        let gateway = try gateway()
        let crashed = try await gateway.serving { gateway in
            let statuses = try await together(
                (1...20).map { ("PUT", instance, "\"team-\($0 % 2 == 0 ? "b" : "a")\"", nil) }
                    + [("DELETE", instance, nil, nil), ("PUT", instance, #""team-b""#, "bob")],
                in: gateway)
            #expect(statuses == Array(repeating: 200, count: 22))
            return try gateway.asAfterACrash()
        }
        try await crashed.serving { gateway in
            let refused = try await send(gateway, "DELETE", by: "alice")
            let removed = try await send(gateway, "DELETE", by: "bob")
            #expect(refused.status == 403)
            #expect(removed.status == 204)
        }
    }

    /// Who waits behind too many others is told so, and whoever may not change what is there now doesn't wait at all.
    @Test func tooManyChangesOfOneInstanceAtOnceAreTurnedAway() async throws {
        var outside = OutsideParts()
        let files = FaultyFiles()
        outside.files = files
        outside.authenticators = [WordAuthenticator()]
        let gateway = try InProcessGateway(policy: Self.policy, outside: outside)
        try await gateway.serving { gateway in
            #expect(try await send(gateway, "PUT", nil, #""team-b""#, by: "bob").status == 201)
            let one = ("PUT", instance, Optional(#""team-b""#), Optional("bob"))
            let delete = ("DELETE", instance, String?.none, Optional("alice"))
            files.hold()
            let statuses = try await together(
                Array(repeating: one, count: 70) + [delete], in: gateway
            ) {
                defer { files.letGo() }
                // The last one is refused when all others have been taken.
                for _ in 0..<1_000 where try denied(gateway) == 0 { usleep(10_000) }
                #expect(try denied(gateway) == 1)
            }
            #expect(statuses.filter { $0 == 200 }.count == 65, "\(statuses)")
            #expect(statuses.filter { $0 == 503 }.count == 5, "\(statuses)")
            #expect(statuses.last == 403)
        }
    }

    private func denied(_ gateway: InProcessGateway) throws -> Int {
        let page = try Shell.run(["curl", "-sS", gateway.metricsAddress + "/metrics"]).output
        let line = page.split(separator: "\n").first {
            $0.contains("requests_total{result=\"deny\"}")
        }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }
}
