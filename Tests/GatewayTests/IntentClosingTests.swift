import Audit
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// What a crash left open is closed with what is known of it, and with no more.
@Suite struct IntentClosingTests {
    /// Changes as the last run recorded them before it ended without their outcomes.
    static let intents: [(action: String, id: String, word: String, status: Int?)] = [
        ("service.register", "new", "redone:", 201),
        ("service.register", "there", "redone:", 200),
        ("service.deregister", "leaving", "redone:", 204),
        ("service.deregister", "nobody", "redone, and there was no such instance:", 404),
        ("service.heartbeat", "there", "unknown:", nil),
        ("service.heartbeat", "nobody", "unknown:", nil),
        ("identity.issue", "x", "not done, nobody was given the certificate:", 500),
        ("identity.renew", "x", "not done, nobody was given the certificate:", 500),
    ]

    @Test func nothingIsCalledRedoneThatWasNot() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            for id in ["there", "leaving"] {
                let answer = try await gateway.register("api", id)
                #expect(answer.status == 201)
            }
        }
        let sequences = try record(Self.intents.map { ($0.action, $0.id) }, in: gateway)
        try await gateway.serving { gateway in
            let list = try await gateway.curl("GET", "/api/maxine/services/api")
            for id in ["new", "there"] { #expect(list.body.contains("\"id\":\"\(id)\"")) }
            #expect(!list.body.contains("\"id\":\"leaving\""), "\(list.body)")
        }
        let outcomes = try gateway.journal().filter { $0["type"]?.string == "outcome" }
        for (intent, sequence) in zip(Self.intents, sequences) {
            let own = outcomes.filter { $0["detail"]?["intent"]?.integer == Int64(sequence) }
            #expect(own.count == 1)
            let reason = own.first?["reason"]?.string ?? ""
            #expect(reason.hasPrefix(intent.word), "\(intent): \(reason)")
            #expect(own.first?["status"]?.integer.map(Int.init) == intent.status, "\(intent)")
        }
    }

    /// The store was faster than the outcome: what it holds was done before, not again.
    @Test func whatTheStoreHoldsIsCalledDone() async throws {
        let gateway = try InProcessGateway()
        let crashed = try await gateway.serving { gateway in
            let answer = try await gateway.register("api", "a")
            #expect(answer.status == 201)
            return gateway
        }
        // The outcome is taken out by writing the log anew up to the intent.
        let lines = try JournalFiles(of: crashed.folder).records()
        let intent = try #require(lines.firstIndex { $0.contains(#""type":"intent""#) })
        try rewrite(crashed, upTo: intent + 1)
        try await crashed.serving { _ in }
        let outcome = try crashed.journal().last { $0["type"]?.string == "outcome" }
        #expect(
            outcome?["reason"]?.string?.hasPrefix("done, the stored catalogue holds it:") == true,
            "\(outcome as Any)")
    }

    private func record(
        _ intents: [(action: String, id: String)], in gateway: InProcessGateway
    ) throws -> [UInt64] {
        let journal = try Journal.open(
            JournalConfiguration(directory: gateway.folder.path + "/data/audit"))
        defer { journal.close() }
        let lane = journal.makeLane()
        for intent in intents {
            let isNew = intent.action == "service.register"
            try lane.append(
                Record(
                    kind: .intent, action: intent.action,
                    resource: ResourceFields(service: "api", id: intent.id),
                    detail: isNew ? Array(#"{"address":"10.0.0.7","port":8080}"#.utf8) : nil))
        }
        var commit = lane.commit(nowNanoseconds: gateway.clock.nanoseconds)
        var sequences: [UInt64] = []
        while let receipt = commit.next() { sequences.append(receipt.sequence) }
        #expect(sequences.count == intents.count)
        return sequences
    }

    /// Leaves the first records of the log, as if the rest had never been written.
    private func rewrite(_ gateway: InProcessGateway, upTo count: Int) throws {
        let folder = gateway.folder.appending(path: "data/audit/segments")
        let name = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()[0]
        let file = folder.appending(path: name)
        var records = 0
        var kept: [Substring] = []
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            if line.hasPrefix("{\"type\":\"commit\""), records >= count {
                kept.append(line)
                break
            }
            if line.hasPrefix("{\"seq\":") { records += 1 }
            kept.append(line)
        }
        try Data((kept.joined(separator: "\n") + "\n").utf8).write(to: file)
        // Nor had anybody noted an end of it.
        try Data(LogAnchor.empty.encoded)
            .write(to: gateway.folder.appending(path: "data/log.anchor"))
        try FileManager.default.removeItem(
            at: gateway.folder.appending(path: "data/log.checkpoint"))
    }
}
