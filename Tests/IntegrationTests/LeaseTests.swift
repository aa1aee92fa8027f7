import Foundation
import StrictJSON
import Testing

/// A lease ends at its time, goes on with heartbeats, and starts anew with the gateway.
@Suite(.serialized) struct LeaseTests {
    @Test func endsALeaseAtItsTimeAndRecordsTheExpiry() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let registered = Date()
        #expect(try gateway.register("brief", "b-1", ttl: 5).status == 201)
        let answered = Date()
        #expect(try gateway.curl("GET", "/api/maxine/discover/brief").status == 200)
        var lastSeen = answered
        while Date() < registered.addingTimeInterval(12) {
            let asked = Date()
            let status = try gateway.curl("GET", "/api/maxine/discover/brief").status
            if status == 404 { break }
            #expect(status == 200)
            lastSeen = asked
            usleep(50_000)
        }
        let ended = Date()
        #expect(ended.timeIntervalSince(registered) >= 5, "it ended before its time")
        #expect(lastSeen.timeIntervalSince(answered) <= 6, "it was found after TTL and sweep")
        let record = try gateway.awaitRecord { $0["action"]?.string == "service.expire" }
        #expect(record?["type"]?.string == "system")
        #expect(record?["resource"]?["service"]?.string == "brief")
        let records = try gateway.records().filter { $0.contains("service.expire") }
        #expect(records.count == 1)
        #expect(records.first?.contains("\"b-1\"") == true, "\(records)")
        #expect(gateway.stop() == 0)
    }

    @Test func aHeartbeatGivesAWholeNewTerm() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        #expect(try gateway.register("alive", "a-1", ttl: 5).status == 201)
        for _ in 0..<4 {
            usleep(2_000_000)
            let path = "/api/maxine/services/alive/instances/a-1/heartbeat"
            #expect(try gateway.curl("POST", path).status == 200)
        }
        #expect(try gateway.curl("GET", "/api/maxine/discover/alive").status == 200)
        #expect(gateway.stop() == 0)
    }

    @Test func aRestartGivesAWholeNewTerm() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        #expect(try gateway.register("patient", "p-1", ttl: 5).status == 201)
        usleep(3_000_000)
        gateway.crash()
        usleep(4_000_000)
        try gateway.start()
        let started = Date()
        #expect(try gateway.curl("GET", "/api/maxine/discover/patient").status == 200)
        while Date() < started.addingTimeInterval(3) { usleep(50_000) }
        #expect(try gateway.curl("GET", "/api/maxine/discover/patient").status == 200)
        while Date() < started.addingTimeInterval(8) { usleep(50_000) }
        #expect(try gateway.curl("GET", "/api/maxine/discover/patient").status == 404)
        #expect(gateway.stop() == 0)
    }
}
