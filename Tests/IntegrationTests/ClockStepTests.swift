import Foundation
import StrictJSON
import Support
import Testing

/// The binary while somebody sets its machine's clock.
@Suite(.serialized, .enabled(if: Shell.has("cc"), "no C compiler for the clock shim"))
struct ClockStepTests {
    private let beat = "/api/maxine/services/beat/instances/b-1/heartbeat"

    private func register(_ gateway: GatewayProcess, _ service: String, _ id: String, ttl: Int)
        throws
    {
        let answer = try gateway.curl(
            "PUT", "/api/maxine/services/\(service)/instances/\(id)",
            body: #"{"address":"10.0.0.7","port":8080,"ttlSeconds":\#(ttl)}"#)
        #expect(answer.status == 201)
    }

    private func discover(_ gateway: GatewayProcess, _ service: String) throws -> Int {
        try gateway.curl("GET", "/api/maxine/discover/\(service)").status
    }

    /// The steps so far, once there are as many.
    private func steps(_ gateway: GatewayProcess, _ count: Int) throws -> [Int] {
        for _ in 0..<500 {
            let records = try gateway.records().filter { $0.contains(#""action":"clock.step""#) }
            let steps = try records.compactMap {
                try StrictJSON.parse(Array($0.utf8))["detail"]?["step_nanoseconds"]?.integer
            }
            if steps.count >= count { return steps.map { Int($0 / 1_000_000) } }
            usleep(10_000)
        }
        return []
    }

    @Test func aClockThatIsSetUnderLiveLeasesChangesNothingButTheTimesInRecords() throws {
        let shim = try ClockShim()
        let gateway = try GatewayProcess()
        try gateway.start(under: shim.wrapper)
        try register(gateway, "stay", "s-1", ttl: 3600)
        try register(gateway, "beat", "b-1", ttl: 5)
        var wall = 0
        for (number, step) in [120_000, -1500, -120_000].enumerated() {
            wall += step
            try shim.shiftWall(milliseconds: wall)
            for _ in 0..<6 {
                #expect(try gateway.curl("POST", beat).status == 200, "after \(step) ms")
                #expect(try discover(gateway, "beat") == 200)
                #expect(try discover(gateway, "stay") == 200)
                let page = try gateway.page("/metrics")
                #expect(page.status == 200)
                #expect(!page.body.contains(" -"), "\(page.body)")
            }
            let steps = try steps(gateway, number + 1)
            try #require(steps.count == number + 1, "\(steps)")
            #expect(abs(steps[number] - step) < 500, "\(steps)")
        }
        // Nobody beats any more: it ends by the time that passes.
        let end = ContinuousClock.now + .seconds(30)
        while try discover(gateway, "beat") == 200, ContinuousClock.now < end { usleep(50_000) }
        #expect(try discover(gateway, "beat") == 404)
        #expect(try discover(gateway, "stay") == 200)
        #expect(gateway.stop() == 0)
        #expect(try gateway.verify().status == 0)
    }

    @Test func aMachineThatSleptGivesEveryLeaseItsFullTTL() throws {
        let shim = try ClockShim()
        let gateway = try GatewayProcess()
        try gateway.start(under: shim.wrapper)
        try register(gateway, "beat", "b-1", ttl: 5)
        try shim.sleep(milliseconds: 3_600_000)
        try shim.shiftWall(milliseconds: 3_600_000)
        #expect(try discover(gateway, "beat") == 200)
        #expect(try gateway.curl("POST", beat).status == 200)
        let isNoticed = try (0..<500).contains { _ in
            usleep(10_000)
            return try gateway.records().contains { $0.contains(#""action":"lease.begin-anew""#) }
        }
        #expect(isNoticed)
        #expect(try discover(gateway, "beat") == 200)
        let records = try gateway.records()
        #expect(!records.contains { $0.contains("clock.step") }, "no clock was set")
        #expect(gateway.stop() == 0)
    }
}
