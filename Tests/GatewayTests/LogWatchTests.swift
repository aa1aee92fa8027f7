import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// The log's files change under the running gateway: nothing is done any more, and everybody is told why.
@Suite struct LogWatchTests {
    @Test func refusesEverythingWhileASegmentIsGoneAndGoesOnOnceItIsBack() async throws {
        var outside = OutsideParts()
        outside.journalRetrySeconds = 0.05
        let gateway = try InProcessGateway(outside: outside)
        let segments = gateway.folder.appending(path: "data/audit/segments")
        let segment = segments.appending(path: "00000000000000000001.jsonl")
        let away = gateway.folder.appending(path: "away")
        try await gateway.serving { gateway in
            #expect(try await gateway.register("api", "api-1").status == 201)
            try await gateway.tick(.log)
            #expect(try await gateway.page("/readyz").status == 200)
            try FileManager.default.moveItem(at: segment, to: away)
            try await gateway.tick(.log)
            let why = "segment 00000000000000000001.jsonl was removed or renamed"
            for method in ["GET", "PUT", "DELETE", "POST"] {
                let answer = try await gateway.curl(
                    method, "/api/maxine/services/api/instances/api-1",
                    body: method == "PUT" ? #"{"address":"10.0.0.7","port":1}"# : nil)
                #expect(answer.status == 503, "\(method): \(answer.body)")
                #expect(answer.body.contains(why), "\(answer.body)")
                #expect(!answer.body.contains(gateway.folder.path), "\(answer.body)")
            }
            let page = try await gateway.page("/readyz")
            #expect(page.status == 503)
            #expect(page.body.contains("audit log: " + why), "\(page.body)")
            #expect(gateway.logText().contains("everything is refused: " + why))
            try FileManager.default.moveItem(at: away, to: segment)
            var status = 0
            for _ in 0..<200 where status != 200 {
                status = try await gateway.page("/readyz").status
            }
            #expect(status == 200)
            #expect(try await gateway.register("api", "api-2").status == 201)
        }
        gateway.expectWholeLog()
        #expect(try gateway.records("log.resumed").count == 1)
    }
}
