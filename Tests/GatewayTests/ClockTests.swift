import Gateway
import StrictJSON
import Support
import Testing

/// A wall clock that somebody sets changes the times in records, and nothing else.
@Suite struct ClockTests {
    private let discover = "/api/maxine/discover/brief"
    private let heartbeat = "/api/maxine/services/brief/instances/b-1/heartbeat"

    @Test(arguments: [120, -120, 86_400 * 400, -86_400 * 400])
    func aClockThatIsSetEndsNoLeaseAndKeepsNone(seconds: Int) async throws {
        try await InProcessGateway().serving { gateway in
            // The catalogue as the test's own client sees it, whose certificate does not last for years.
            let ids = { try await gateway.live() }
            #expect(try await gateway.register("brief", "b-1", ttl: 5).status == 201)
            gateway.clock.setWall(by: .seconds(seconds))
            gateway.clock.advance(by: .nanoseconds(4_999_999_999))
            try await gateway.tick(.leases)
            #expect(try gateway.records("service.expire").isEmpty)
            gateway.clock.setWall(by: .seconds(-seconds))
            #expect(try await ids() == 200)
            gateway.clock.setWall(by: .seconds(seconds))
            gateway.clock.advance(by: .nanoseconds(1))
            try await gateway.tick(.leases)
            #expect(try gateway.records("service.expire").count == 1)
            gateway.clock.setWall(by: .seconds(-seconds))
            #expect(try await ids() == 404)
        }
    }

    @Test func metricsAndStatusAnswerAfterAClockWasSetBack() async throws {
        let clock = TestClock(creep: 1)
        try await InProcessGateway(clock: clock).serving { gateway in
            for step in [120_000, -1500, -1, -118_000, 1501] {
                clock.setWall(by: .milliseconds(step))
                let status = try await gateway.curl("GET", "/api/maxine/status")
                #expect(status.status == 200)
                let uptime = try #require(
                    try StrictJSON.parse(Array(status.body.utf8))["uptimeSeconds"]?.integer)
                #expect((0...5).contains(uptime))
                let text = try await gateway.metrics()
                let line = text.split(separator: "\n").last {
                    $0.hasPrefix("maxine_audit_commit_seconds_total ")
                }
                let seconds = try #require(line?.split(separator: " ").last.flatMap { Double($0) })
                #expect((0..<1).contains(seconds), "\(text)")
            }
        }
    }

    @Test func ourOwnCertificateIsRenewedAtOnceAfterALongSleep() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.tick(.certificates)
            #expect(!gateway.logText().contains("own certificate renewed"))
            gateway.clock.advance(by: .seconds(12 * 3600))
            for _ in 0..<3 { try await gateway.tick(.certificates) }
            let lines = gateway.logText().split(separator: "\n")
            #expect(lines.count { $0.contains("own certificate renewed") } == 1)
        }
    }

    @Test func aClockThatIsSetIsARecordAndALogLine() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            try await gateway.tick(.clock)
            gateway.clock.advance(by: .seconds(3600))
            gateway.clock.setWall(by: .milliseconds(1000))
            try await gateway.tick(.clock)
            #expect(try gateway.records("clock.step").isEmpty, "not over a second")
            for milliseconds in [1001, -120_000] {
                gateway.clock.setWall(by: .milliseconds(milliseconds))
                try await gateway.tick(.clock)
                try await gateway.tick(.clock)
            }
            #expect(try await gateway.metrics().contains("\nmaxine_clock_steps_total 2\n"))
        }
        let records = try gateway.journal().filter { $0["action"]?.string == "clock.step" }
        #expect(records.map { $0["type"]?.string } == ["system", "system"])
        #expect(
            records.map { $0["detail"]?["step_nanoseconds"]?.integer } == [
                1_001_000_000, -120_000_000_000,
            ])
        let lines = gateway.logText().split(separator: "\n")
        #expect(lines.count { $0.contains("warning") && $0.contains("clock was set") } == 2)
    }
}

extension InProcessGateway {
    fileprivate func live() async throws -> Int {
        try await curl("GET", "/api/maxine/discover/brief").status
    }

    fileprivate func metrics() async throws -> String { try await page("/metrics").body }
}
