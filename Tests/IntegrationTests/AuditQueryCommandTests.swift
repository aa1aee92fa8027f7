import Foundation
import Support
import Testing

/// Records are found at the command line, beside a gateway that runs and after it has ended.
@Suite(.serialized) struct AuditQueryCommandTests {
    private func query(_ gateway: GatewayProcess, _ options: String...) throws -> Shell.Result {
        try gateway.maxine(["audit", "query"] + options)
    }

    /// The numbers of records that a table shows.
    private func rows(_ result: Shell.Result) -> [Substring] {
        result.output.split(separator: "\n").dropFirst().compactMap { line in
            line.split(separator: " ").first.flatMap { UInt64($0) == nil ? nil : $0 }
        }
    }

    @Test func recordsAreFoundByWhatTheySay() throws {
        let gateway = try GatewayProcess.started()
        for number in 0..<3 {
            #expect(try gateway.register("api", "api-\(number)").status == 201)
        }
        #expect(try gateway.register("db", "db-1").status == 201)
        let service = try query(gateway, "--service", "api", "--action", "service.register")
        #expect(service.status == 0, "\(service.error)")
        // An intent and an outcome each.
        #expect(rows(service).count == 6, "\(service.output)")
        #expect(!service.output.contains("db-1") && service.output.contains("api/api-2"))
        let first = try query(gateway, "--service", "api", "--limit", "2")
        let next = try #require(first.output.firstMatch(of: /more: --before ([0-9]+)/)?.1)
        let second = try query(gateway, "--service", "api", "--limit", "100", "--before", "\(next)")
        #expect(rows(first).count == 2 && rows(second).count == 4)
        #expect(!second.output.contains("more:"), "\(second.output)")
        #expect(gateway.stop() == 0)
        let stopped = try query(gateway, "--action", "log.stopped", "--json")
        #expect(stopped.output.contains(#""action":"log.stopped""#), "\(stopped)")
        #expect(try query(gateway, "--decision", "deny").error.contains("no record matches"))
        let stored = try String(
            contentsOf: gateway.folder.appending(
                path: "data/audit/segments/00000000000000000001.jsonl"), encoding: .utf8)
        let all = try query(gateway, "--limit", "1000", "--json").output.split(separator: "\n")
        let lines = stored.split(separator: "\n").filter { $0.hasPrefix(#"{"seq":"#) }
        #expect(all.reversed() == lines, "as they are stored, the newest first")
    }

    @Test func whatCannotBeAskedIsSaid() throws {
        let gateway = try GatewayProcess.started()
        for (option, value) in [
            ("--from", "yesterday"), ("--to", "2026-13-01"), ("--decision", "perhaps"),
            ("--limit", "0"), ("--before", "-1"),
        ] {
            let refused = try query(gateway, option, value)
            #expect(refused.status == 2, "\(option) \(value): \(refused)")
            #expect(refused.error.contains(option), "\(refused.error)")
        }
        let nowhere = try query(gateway, "--index", "no/such/folder/index")
        #expect(nowhere.status == 1 && nowhere.error.contains("no/such/folder/index"))
        let noLog = try query(gateway, "--dir", "nowhere")
        let noTail = try gateway.maxine("audit", "tail", "--dir", "nowhere")
        for refused in [noLog, noTail] {
            #expect(refused.status == 1, "\(refused)")
            #expect(refused.error.contains("nowhere/segments: there is no log"), "\(refused.error)")
        }
    }
}
