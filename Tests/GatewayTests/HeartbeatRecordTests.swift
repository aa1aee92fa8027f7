import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// A heartbeat is one record, on disk before the lease is renewed.
@Suite struct HeartbeatRecordTests {
    private let path = "/api/maxine/services/api/instances/a/heartbeat"
    private let unknown = "/api/maxine/services/api/instances/nobody/heartbeat"

    @Test func isOneDecisionRecordAndACorrectionWhereNothingIsThere() async throws {
        let gateway = try InProcessGateway()
        let (beat, missed) = try await gateway.serving { gateway in
            #expect(try await gateway.register("api", "a").status == 201)
            let beat = try await gateway.curl("POST", path)
            #expect(beat.status == 200)
            let missed = try await gateway.curl("POST", unknown)
            #expect(missed.status == 404)
            return (beat, missed)
        }
        let record = try gateway.record(of: beat)
        #expect(record["type"]?.string == "decision")
        #expect(record["decision"]?.string == "allow")
        #expect(record["status"]?.integer == 200)
        #expect(record["resource"]?["id"]?.string == "a")
        let records = try gateway.journal().filter {
            $0["action"]?.string == "service.heartbeat"
        }
        #expect(records.count == 3)
        let correction = records.last
        #expect(correction?["type"]?.string == "outcome")
        #expect(correction?["status"]?.integer == 404)
        #expect(correction?["detail"]?["intent"]?.integer == missed.sequence)
        gateway.expectWholeLog()
    }

    /// What is left of 350 bytes where each batch has one record: `{"type":"commit","size":,"root":"","records":}` and numbers and root in it.
    private static let briefBytesMax = 350 - (48 + 20 + 44 + 20)

    /// However long the names are.
    @Test func theNextOfAConnectionAreBrief() async throws {
        let service = String(repeating: "s", count: 63)
        let path =
            "/api/maxine/services/\(service)/instances/\(String(repeating: "i", count: 63))/heartbeat"
        let gateway = try InProcessGateway()
        let whole = try await gateway.serving { gateway in
            let registered = try await gateway.register(service, String(repeating: "i", count: 63))
            #expect(registered.status == 201)
            let again = Array(repeating: gateway.serviceAddress + path, count: 3)
            let beat = try await gateway.curl("POST", path, options: again)
            #expect(beat.status == 200)
            return beat
        }
        let first = try gateway.record(of: whole)
        #expect(first["principal"]?["kind"]?.string == "operator")
        let brief = try gateway.records().filter { $0.hasSuffix(#","as":\#(whole.sequence)}"#) }
        #expect(brief.count == 3)
        for line in brief {
            #expect(line.utf8.count < Self.briefBytesMax, "\(line)")
            let record = try StrictJSON.parse(Array(line.utf8))
            #expect(record["action"]?.string == "service.heartbeat")
            #expect(record["decision"]?.string == "allow")
            #expect(record["request"] != first["request"])
        }
        gateway.expectWholeLog()
    }

    @Test func aCrashLeavesNothingOpenAndClaimsNothing() async throws {
        let gateway = try InProcessGateway()
        let crashed = try await gateway.serving { gateway in
            #expect(try await gateway.register("api", "a").status == 201)
            for target in [path, unknown] { _ = try await gateway.curl("POST", target) }
            return try gateway.asAfterACrash()
        }
        let before = try crashed.journal().count
        let again = try await crashed.serving { gateway in
            try await gateway.curl("POST", path)
        }
        #expect(again.status == 200)
        let outcomes = try crashed.journal().dropFirst(before).filter {
            $0["type"]?.string == "outcome"
        }
        let claims = outcomes.filter { outcome in
            outcome["action"]?.string == "service.heartbeat"
                || outcome["reason"]?.string?.contains("redone") == true
        }
        #expect(claims.isEmpty, "\(claims)")
        crashed.expectWholeLog()
    }
}
