import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// An outage of ours is not the clients' death, and very many do not die at once.
@Suite(.timeLimit(.minutes(10))) struct LeaseHoldTests {
    private let discover = "/api/maxine/discover/brief"

    /// A lease of five seconds is there before any sweep, lasts five seconds from the next one, and ends.
    private func expectTheWholeTTLAnew(_ gateway: InProcessGateway) async throws {
        #expect(try await gateway.curl("GET", discover).status == 200, "before any sweep")
        try await gateway.tick(.leases)
        gateway.clock.advance(by: .nanoseconds(4_999_999_999))
        try await gateway.tick(.leases)
        #expect(try await gateway.curl("GET", discover).status == 200)
        gateway.clock.advance(by: .nanoseconds(1))
        #expect(try await gateway.curl("GET", discover).status == 404)
    }

    @Test func whileTheJournalRefusesNoLeaseEndsAndThenEachHasItsFullTTL() async throws {
        let files = FaultyFiles()
        var outside = OutsideParts()
        outside.files = files
        outside.journalRetrySeconds = 0.01
        try await InProcessGateway(outside: outside).serving { gateway in
            #expect(try await gateway.register("brief", "b-1", ttl: 5).status == 201)
            try await gateway.tick(.leases)
            files.fail()
            #expect(try await gateway.curl("GET", discover).status == 503)
            for _ in 0..<5 {
                gateway.clock.advance(by: .seconds(4))
                try await gateway.tick(.leases)
            }
            files.heal()
            try await gateway.awaitWriting()
            try await expectTheWholeTTLAnew(gateway)
            #expect(try gateway.records("service.expire").isEmpty)
            #expect(try gateway.records("lease.begin-anew").count == 1)
        }
    }

    @Test func aWriteThatHangsEndsNoLease() async throws {
        let files = FaultyFiles()
        let clock = TestClock()
        let hang = TestClock()
        var outside = OutsideParts()
        outside.files = files
        outside.journalElapsed = hang.elapsed
        try await InProcessGateway(outside: outside, clock: clock).serving { gateway in
            #expect(try await gateway.register("brief", "b-1", ttl: 5).status == 201)
            try await gateway.tick(.leases)
            files.hold()
            async let hung = gateway.curl("GET", discover)
            await files.held.until(1)
            for _ in 0..<5 {
                hang.advance(by: .seconds(4))
                gateway.clock.advance(by: .seconds(4))
                try await gateway.tick(.leases)
            }
            files.letGo()
            #expect(try await hung.status == 200)
            try await expectTheWholeTTLAnew(gateway)
        }
    }

    @Test func anEndThatCannotBeRecordedIsNone() async throws {
        let files = FaultyFiles()
        var outside = OutsideParts()
        outside.files = files
        outside.journalRetrySeconds = 0.01
        try await InProcessGateway(outside: outside).serving { gateway in
            #expect(try await gateway.register("brief", "b-1", ttl: 5).status == 201)
            gateway.clock.advance(by: .seconds(4))
            try await gateway.tick(.leases)
            gateway.clock.advance(by: .seconds(1))
            files.fail()
            try await gateway.tick(.leases)
            #expect(files.failures.value > 0, "the sweep did not come to its record")
            files.heal()
            try await gateway.awaitWriting()
            let heartbeat = "/api/maxine/services/brief/instances/b-1/heartbeat"
            #expect(try await gateway.curl("POST", heartbeat).status == 200)
            try await gateway.tick(.leases)
            #expect(try gateway.records("service.expire").isEmpty)
        }
    }

    @Test func aMachineThatSleptHasEveryLeaseBeginAnew() async throws {
        try await InProcessGateway().serving { gateway in
            #expect(try await gateway.register("brief", "b-1", ttl: 5).status == 201)
            try await gateway.tick(.leases)
            gateway.clock.advance(by: .seconds(3600))
            try await expectTheWholeTTLAnew(gateway)
        }
    }

    @Test func manyThatWouldEndAtOnceAreHeldForAWhileAndEverybodySeesIt() async throws {
        let gateway = try InProcessGateway { settings in
            settings.leases.heldPercent = 30
            settings.leases.heldFrom = 5
            settings.leases.heldSeconds = 20
        }
        try await gateway.serving { gateway in
            for number in 1...4 { _ = try await gateway.register("brief", "b-\(number)", ttl: 10) }
            for number in 1...2 { _ = try await gateway.register("long", "l-\(number)") }
            for _ in 0..<3 { try await gateway.pass(seconds: 3) }
            #expect(gateway.logText().contains("4 of 6 instances would end at once"))
            try await gateway.pass(seconds: 3)
            #expect(try await gateway.ids("brief").count == 4)
            #expect(try await gateway.curl("GET", discover).status == 200)

            let ready = try await gateway.page("/readyz")
            #expect(ready.status == 200)
            #expect(ready.body.contains("leases: 4 of 6 instances"), "\(ready.body)")
            let status = try await gateway.curl("GET", "/api/maxine/status").body
            #expect(status.contains(#""notes":["leases: 4 of 6"#), "\(status)")
            let metrics = try await gateway.page("/metrics").body
            #expect(metrics.contains("\nmaxine_leases_held 4\n"))

            let heartbeat = "/api/maxine/services/brief/instances/b-1/heartbeat"
            #expect(try await gateway.curl("POST", heartbeat).status == 200)
            for _ in 0..<20 {
                let answer = try await gateway.curl("GET", discover).body
                #expect(answer.contains(#""id":"b-1""#), "one that is late was given")
            }
            for _ in 0..<5 {
                try await gateway.pass(seconds: 4)
                #expect(try await gateway.curl("POST", heartbeat).status == 200)
            }
            #expect(gateway.logText().contains("3 of 6 instances did not come back in 20 s"))
            try await gateway.pass(seconds: 1)
            #expect(try await gateway.ids("brief") == ["b-1"])
            #expect(try await gateway.page("/readyz").body == "ready\n")
        }
        #expect(try gateway.records("lease.hold").count == 1)
        let release = try gateway.records("lease.release")
        #expect(release.count == 1)
        #expect(release.first?.contains("did not come back") == true)
        #expect(try gateway.records("service.expire").count == 1)
    }
}

extension InProcessGateway {
    /// Lets time pass, and has the sweep come at its end.
    fileprivate func pass(seconds: Int) async throws {
        clock.advance(by: .seconds(seconds))
        try await tick(.leases)
    }

    /// Waits until the journal, which tries by itself, writes again.
    fileprivate func awaitWriting() async throws {
        while try await curl("GET", "/api/maxine/status").status == 503 {}
    }

    fileprivate func ids(_ service: String) async throws -> [String] {
        let answer = try await curl("GET", "/api/maxine/services/\(service)").body
        let list = try StrictJSON.parse(Array(answer.utf8))["instances"]
        guard case .array(let instances) = list else { return [] }
        return instances.compactMap { $0["id"]?.string }
    }
}
