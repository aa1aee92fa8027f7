import Gateway
import StrictJSON
import Support
import Testing

/// Requests that somebody known begins and leaves.
@Suite struct UnfinishedRequestTests {
    private let begun = 12

    @Test func aFewAreRecordsAndTheRestIsCounted() async throws {
        var outside = OutsideParts()
        outside.bodyProgressNanoseconds = 1_000_000
        let gateway = try InProcessGateway(outside: outside)
        try await gateway.serving { gateway in
            let statuses = try await statuses(gateway)
            #expect(statuses == Array(repeating: 408, count: begun))
        }
        let own = try gateway.records("http.request").filter { $0.contains("body_timeout") }
        let rows = try gateway.aggregates()
        let decisions = own.filter { $0.contains(#""type":"decision""#) }
        #expect(decisions.count == NoiseLimits.ownRecordsPerSource)
        #expect(rows.map(\.count) == [begun - NoiseLimits.ownRecordsPerSource])
        #expect(rows.map(\.scope) == ["principal"])
        gateway.expectWholeLog()
    }

    @Test func whatIsMalformedCountsForTheRate() async throws {
        var outside = OutsideParts()
        outside.bodyProgressNanoseconds = 1_000_000
        let gateway = try InProcessGateway(outside: outside) { settings in
            settings.limits.principalRate = 1
            settings.limits.principalBurst = 4
        }
        try await gateway.serving { gateway in
            let statuses = try await statuses(gateway)
            #expect(statuses.count { $0 == 408 } == 4)
            #expect(statuses.count { $0 == 429 } == begun - 4)
        }
    }

    /// Begins requests on one connection whose bodies never come; the status of each.
    private func statuses(_ gateway: InProcessGateway) async throws -> [Int64] {
        let begun = begun
        return try await Shell.aside {
            let pipe = try TLSPipe(gateway, protocols: "h2")
            let requests = (0..<begun).flatMap {
                HTTP2Frames.request(method: "PUT", stream: UInt32(1 + 2 * $0), ends: false)
            }
            pipe.send(HTTP2Frames.preface + requests)
            let received = pipe.read { bytes in
                HTTP2Frames.parse(bytes).count { $0.type == 0 } >= begun
            }
            return try HTTP2Frames.parse(received).filter { $0.type == 0 }.compactMap {
                try StrictJSON.parse($0.payload)["status"]?.integer
            }
        }
    }
}
