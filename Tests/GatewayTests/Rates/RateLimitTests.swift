import Gateway
import StrictJSON
import Support
import Testing

/// What a client that asks too much is answered, and what is not taken from it.
@Suite struct RateLimitTests {
    private let discover = "/api/maxine/discover/api"

    private func gateway(
        outside: OutsideParts = OutsideParts(), burst: Int = 4
    ) throws -> InProcessGateway {
        try InProcessGateway(outside: outside) { settings in
            settings.limits.principalRate = 2
            settings.limits.principalBurst = burst
            settings.limits.sourceRate = 1
            settings.limits.sourceBurst = 3
        }
    }

    @Test func whoAsksTooMuchIsToldWhenToComeAgain() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            #expect(try await gateway.register("api", "a").status == 201)
            for _ in 0..<3 { #expect(try await gateway.curl("GET", discover).status == 200) }
            for protocols in ["--http1.1", "--http2"] {
                let refused = try await gateway.curl("GET", discover, options: [protocols])
                #expect(refused.status == 429)
                #expect(refused.headers["retry-after"] == "1")
                #expect(refused.headers["ratelimit-policy"] == #""principal";q=4;w=2"#)
                #expect(refused.headers["ratelimit"] == #""principal";r=0;t=1"#)
                #expect(refused.headers["maxine-audit"] == nil)
                let problem = try StrictJSON.parse(Array(refused.body.utf8))
                #expect(problem["type"]?.string == "urn:maxine:problem:rate-limited")
            }
            gateway.clock.advance(by: .seconds(1))
            #expect(try await gateway.curl("GET", discover).status == 200)
        }
    }

    @Test func aLeaseIsNeverLostToTheLimit() async throws {
        try await gateway().serving { gateway in
            #expect(try await gateway.register("api", "a", ttl: 30).status == 201)
            for _ in 0..<6 { _ = try await gateway.curl("GET", discover) }
            #expect(try await gateway.curl("GET", discover).status == 429)
            let instance = "/api/maxine/services/api/instances/a"
            for _ in 0..<3 {
                #expect(try await gateway.curl("POST", instance + "/heartbeat").status < 300)
            }
            #expect(try await gateway.curl("DELETE", instance).status == 204)
        }
    }

    @Test func oneClientTakesNothingFromAnother() async throws {
        try await gateway(burst: 8).serving { gateway in
            #expect(try await gateway.register("api", "a").status == 201)
            try await gateway.issue("web")
            while try await gateway.curl("GET", discover).status != 429 {}
            #expect(try await gateway.curl("GET", discover, as: "web").status == 403)
        }
    }

    @Test func refusalsAreCountedExactlyAndCostNoSync() async throws {
        var outside = OutsideParts()
        let files = FaultyFiles()
        outside.files = files
        let gateway = try gateway(outside: outside)
        let refused = NoiseLimits.ownRecordsPerSource + 6
        try await gateway.serving { gateway in
            for _ in 0..<4 {
                let answer = try await gateway.curl("GET", discover)
                #expect(answer.status == 404)
            }
            files.hold()
            for _ in 0..<refused {
                let answer = try await gateway.curl("GET", discover)
                #expect(answer.status == 429)
            }
            files.letGo()
        }
        let own = try gateway.journal().filter { $0["status"]?.integer == 429 }
            .filter { $0["type"]?.string == "decision" }
        #expect(own.count == NoiseLimits.ownRecordsPerSource)
        let rows = try gateway.journal().filter { $0["type"]?.string == "aggregate" }
        #expect(rows.count == 1)
        #expect(rows.first?["detail"]?["count"]?.integer == 6)
        #expect(rows.first?["detail"]?["of"]?.string == "principal")
        #expect(rows.first?["status"]?.integer == 429)
        #expect(rows.first?["action"]?.string == "service.discover")
        #expect(rows.first?["reason"]?.string == "rate-limited")
        #expect(rows.first?["principal"]?["id"]?.string?.contains("/operator/") == true)
        gateway.expectWholeLog()
    }

    @Test func whoIsNobodyIsLimitedByWhereHeComesFrom() async throws {
        try await gateway().serving { gateway in
            let people = gateway.peopleAddress
            for _ in 0..<3 {
                let answer = try await gateway.curl("GET", "/api/maxine/services", at: people)
                #expect(answer.status == 401)
            }
            let refused = try await gateway.curl("GET", "/api/maxine/services", at: people)
            #expect(refused.status == 429)
            #expect(refused.headers["ratelimit"]?.hasPrefix(#""source";"#) == true)
            #expect(try await gateway.curl("GET", "/api/maxine/status").status == 200)
        }
    }

    @Test func whatNobodyGetsWrongIsCountedBeyondTheQuota() async throws {
        let gateway = try InProcessGateway()
        let more = 4
        try await gateway.serving { gateway in
            for number in 0..<NoiseLimits.ownRecordsPerSource + more {
                let answer = try await gateway.curl(
                    "GET", "/api/maxine/services", headers: ["authorization: Bearer none"],
                    at: gateway.peopleAddress)
                #expect(answer.status == 401)
                let isRecorded = answer.headers["maxine-audit"] != nil
                #expect(isRecorded == (number < NoiseLimits.ownRecordsPerSource))
            }
        }
        let rows = try gateway.journal().filter { $0["type"]?.string == "aggregate" }
        #expect(rows.compactMap { $0["detail"]?["count"]?.integer } == [Int64(more)])
        #expect(rows.first?["action"]?.string == "service.read")
        #expect(rows.first?["gate"]?.string == "authn")
        #expect(rows.first?["status"]?.integer == 401)
    }
}
