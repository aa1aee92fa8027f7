import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// A lease ends at its time, goes on with heartbeats, and starts anew with the gateway.
@Suite struct LeaseTests {
    private let discover = "/api/maxine/discover/brief"

    @Test func endsALeaseAtItsTimeAndRecordsTheExpiry() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            #expect(try await gateway.register("brief", "b-1", ttl: 5).status == 201)
            #expect(try await gateway.curl("GET", discover).status == 200)
            gateway.clock.advance(by: .nanoseconds(4_999_999_999))
            try await gateway.tick(.leases)
            #expect(try await gateway.curl("GET", discover).status == 200, "before its time")
            #expect(try gateway.records("service.expire").isEmpty)
            gateway.clock.advance(by: .nanoseconds(1))
            #expect(
                try await gateway.curl("GET", discover).status == 404, "the sweep is not needed")
            try await gateway.tick(.leases)
            try await gateway.tick(.leases)
        }
        let records = try gateway.journal().filter { $0["action"]?.string == "service.expire" }
        #expect(records.count == 1)
        #expect(records.first?["type"]?.string == "system")
        #expect(records.first?["resource"]?["service"]?.string == "brief")
        let lines = try gateway.records("service.expire")
        #expect(lines.first?.contains("\"b-1\"") == true, "\(lines)")
    }

    @Test func aHeartbeatGivesAWholeNewTerm() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            #expect(try await gateway.register("brief", "b-1", ttl: 5).status == 201)
            for _ in 0..<4 {
                gateway.clock.advance(by: .seconds(4))
                try await gateway.tick(.leases)
                let path = "/api/maxine/services/brief/instances/b-1/heartbeat"
                #expect(try await gateway.curl("POST", path).status == 200)
            }
            gateway.clock.advance(by: .nanoseconds(4_999_999_999))
            try await gateway.tick(.leases)
            #expect(try await gateway.curl("GET", discover).status == 200)
            gateway.clock.advance(by: .nanoseconds(1))
            #expect(try await gateway.curl("GET", discover).status == 404)
        }
    }

    enum End: CaseIterable { case inOrder, crash }

    @Test(arguments: End.allCases)
    func aRestartGivesAWholeNewTerm(after end: End) async throws {
        let gateway = try InProcessGateway()
        let crashed = try await gateway.serving { gateway in
            #expect(try await gateway.register("brief", "b-1", ttl: 5).status == 201)
            gateway.clock.advance(by: .seconds(3))
            return try gateway.asAfterACrash()
        }
        let next = end == .crash ? crashed : gateway
        next.clock.advance(by: .seconds(4))
        try await next.serving { gateway in
            try await gateway.tick(.leases)
            #expect(try await gateway.curl("GET", discover).status == 200)
            gateway.clock.advance(by: .nanoseconds(4_999_999_999))
            try await gateway.tick(.leases)
            #expect(try await gateway.curl("GET", discover).status == 200)
            gateway.clock.advance(by: .nanoseconds(1))
            #expect(try await gateway.curl("GET", discover).status == 404)
        }
    }
}
