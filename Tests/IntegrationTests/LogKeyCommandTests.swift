import Foundation
import Support
import Testing

/// The log's key changes from the command line, and what has no record is told there.
@Suite(.serialized) struct LogKeyCommandTests {
    @Test func theKeyChangesWithAnOverlapAndAtOnce() throws {
        let gateway = try GatewayProcess.started()
        let first = try gateway.maxine("audit", "checkpoint")
        #expect(first.status == 0, "\(first.error)")
        try Data(first.output.utf8).write(to: gateway.folder.appending(path: "first.note"))
        let begun = try gateway.maxine("audit", "rotate-key")
        #expect(begun.status == 0, "\(begun.error)")
        #expect(begun.output.split(separator: "\n").count { $0.hasPrefix("signs ") } == 2)
        #expect(begun.output.contains("the first of them retires at "), "\(begun.output)")
        #expect(try gateway.maxine("audit", "rotate-key").status == 1)
        let ended = try gateway.maxine("audit", "rotate-key", "--finish")
        #expect(ended.status == 0, "\(ended.error)")
        #expect(ended.output.contains("\nretired "), "\(ended.output)")
        // What the old key signed is believed, by the keys that are published.
        let since = try gateway.maxine("audit", "checkpoint", "--since", "first.note")
        #expect(since.status == 0, "\(since.error)")
        let gone = try gateway.maxine("audit", "rotate-key", "--compromised")
        #expect(gone.status == 0, "\(gone.error)")
        #expect(gone.output.split(separator: "\n").count { $0.hasPrefix("signs ") } == 1)
        #expect(gateway.stop() == 0)
        let own = try gateway.maxine("audit", "verify")
        #expect(own.status == 0, "\(own.error)")
        #expect(own.output.contains("end proved up to record "), "\(own.output)")
    }

    @Test func whatHasNoRecordIsTold() throws {
        let gateway = try GatewayProcess()
        let told = try gateway.maxine("audit", "coverage")
        #expect(told.status == 0, "\(told.error)")
        for path in ["GET /metrics", "GET /healthz", "GET /readyz", "POST /ocsp"] {
            #expect(told.output.contains("  \(path) on listen."), "\(told.output)")
        }
        #expect(told.output.contains("rows of listen.service"), "\(told.output)")
        let json = try gateway.maxine("audit", "coverage", "--json")
        #expect(json.output.contains(#""path":"GET /api/maxine/services""#), "\(json.output)")
    }
}
