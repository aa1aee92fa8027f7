import Gateway
import StrictJSON
import Support
import Testing

/// How many registrations a principal and a namespace may have, seen by clients, over restarts and crashes.
@Suite struct RegistrationQuotaTests {
    private func limited(principal: Int = 3, namespace: Int = 100) throws -> InProcessGateway {
        try InProcessGateway { settings in
            settings.limits.registrationsPerPrincipal = principal
            settings.limits.registrationsPerNamespace = namespace
        }
    }

    private func register(
        _ service: String, _ id: String, as identity: String? = nil, in gateway: InProcessGateway
    ) async throws -> CurlAnswer {
        try await gateway.curl(
            "PUT", "/api/maxine/services/\(service)/instances/\(id)",
            body: #"{"address":"10.0.0.7","port":80,"ttlSeconds":3600}"#, as: identity)
    }

    @Test func overTheQuotaIs409WithWhatToRaiseAndNobodyIsLockedOut() async throws {
        let gateway = try limited()
        try await gateway.serving { gateway in
            for id in ["a", "b", "c"] {
                #expect(try await register("api", id, in: gateway).status == 201)
            }
            let refused = try await register("api", "d", in: gateway)
            #expect(refused.status == 409)
            #expect(refused.headers["retry-after"] == nil, "waiting frees nothing")
            #expect(refused.body.contains("urn:maxine:problem:too-many-registrations"))
            #expect(
                refused.body.contains("you have 3 instances registered already")
                    && refused.body.contains("limits.registrations_per_principal is 3"))
            #expect(try await register("api", "c", in: gateway).status == 200, "own, anew")
            try await gateway.issue("web")
            #expect(try await register("web", "w", as: "web", in: gateway).status == 201)
            let path = "/api/maxine/services/api/instances/a"
            #expect(try await gateway.curl("POST", path + "/heartbeat").status == 200)
            #expect(try await gateway.curl("DELETE", path).status == 204)
            #expect(try await register("api", "d", in: gateway).status == 201)
        }
        let refusals = try gateway.journal().filter { $0["status"]?.integer == 409 }
        #expect(refusals.count == 1, "one record, and no intent that a start could do again")
        #expect(refusals.first?["type"]?.string == "decision")
        #expect(refusals.first?["decision"]?.string == "deny")
        #expect(refusals.first?["action"]?.string == "service.register")
        #expect(refusals.first?["resource"]?["id"]?.string == "d")
        let sequence = refusals.first?["seq"]?.integer ?? .max
        let before = try gateway.journal().filter { $0["seq"]?.integer ?? .max < sequence }
        #expect(!before.contains { $0["resource"]?["id"]?.string == "d" })
    }

    /// Each is judged before any of the others is done: what is judged counts.
    @Test func noIntentIsRecordedThatHasNoRoom() async throws {
        let gateway = try limited()
        let statuses = try await gateway.serving { gateway in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<12 {
                    group.addTask { try await register("api", "i\(number)", in: gateway).status }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
        }
        #expect(statuses.filter { $0 == 201 }.count == 3)
        #expect(statuses.filter { $0 == 409 }.count == 9)
        let intents = try gateway.journal().filter {
            $0["type"]?.string == "intent" && $0["action"]?.string == "service.register"
        }
        #expect(intents.count == 3)
    }

    enum End: CaseIterable { case inOrder, crash }

    @Test(arguments: End.allCases)
    func aStartCountsWhatIsThere(after end: End) async throws {
        let gateway = try limited()
        let crashed = try await gateway.serving { gateway in
            for id in ["a", "b", "c", "d"] { _ = try await register("api", id, in: gateway) }
            let gone = try await gateway.curl("DELETE", "/api/maxine/services/api/instances/a")
            #expect(gone.status == 204)
            return try gateway.asAfterACrash()
        }
        let next = end == .crash ? crashed : gateway
        try await next.serving { gateway in
            let list = try await gateway.curl("GET", "/api/maxine/services/api")
            #expect(list.body.contains(#""id":"b""#) && list.body.contains(#""id":"c""#))
            #expect(!list.body.contains(#""id":"d""#), "what was refused is not done again")
            #expect(try await register("api", "e", in: gateway).status == 201)
            #expect(try await register("api", "f", in: gateway).status == 409)
        }
    }

    @Test func aNamespaceHasAQuota() async throws {
        try await limited(principal: 10, namespace: 2).serving { gateway in
            for id in ["a", "b"] {
                #expect(try await register("api", id, in: gateway).status == 201)
            }
            let refused = try await register("web", "c", in: gateway)
            #expect(refused.status == 409)
            #expect(
                refused.body.contains("namespace default has 2 instances registered already"))
            #expect(refused.body.contains("limits.registrations_per_namespace is 2"))
        }
    }
}
