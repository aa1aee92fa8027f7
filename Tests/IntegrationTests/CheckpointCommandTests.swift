import Foundation
import Support
import Testing

/// Checkpoints and proofs as people on the command line have them.
@Suite(.serialized) struct CheckpointCommandTests {
    @Test func whoKeptACheckpointFindsACutEnd() throws {
        let gateway = try GatewayProcess.started()
        #expect(try gateway.register("api", "api-1").status == 201)
        let first = try gateway.maxine("audit", "checkpoint")
        #expect(first.status == 0, "\(first.error)")
        try Data(first.output.utf8).write(to: gateway.folder.appending(path: "first.note"))
        #expect(try gateway.register("api", "api-2").status == 201)
        let deadline = Date().addingTimeInterval(20)
        var second = try gateway.maxine("audit", "checkpoint", "--since", "first.note")
        while second.output == first.output, Date() < deadline {
            second = try gateway.maxine("audit", "checkpoint", "--since", "first.note")
        }
        #expect(second.status == 0, "\(second.error)")
        #expect(second.error.contains("records of the older checkpoint"), "\(second.error)")
        try Data(second.output.utf8).write(to: gateway.folder.appending(path: "second.note"))
        #expect(gateway.stop() == 0)
        for note in ["first.note", "second.note"] {
            let good = try gateway.maxine(
                "audit", "verify", "--dir", "data/audit", "--checkpoint", note)
            #expect(good.status == 0, "\(good.error)")
            #expect(good.output.contains("end proved up to record "), "\(good.output)")
            #expect(good.output.contains("by maxine.local/audit (key "), "\(good.output)")
            #expect(good.output.contains("closed in order at "), "\(good.output)")
        }
        let own = try gateway.maxine("audit", "verify")
        #expect(own.output.contains("end proved up to record "), "\(own.output)")
        #expect(!own.output.contains("not checkable"), "\(own.output)")
        try cut(gateway, below: second.output)
        let blind = try gateway.verify()
        #expect(blind.status == 0, "\(blind.error)")
        #expect(blind.output.contains("not checkable without an anchor"), "\(blind.output)")
        let found = try gateway.maxine(
            "audit", "verify", "--dir", "data/audit", "--anchor", "second.note")
        #expect(found.status == 6)
        #expect(found.error.contains("were cut off"), "\(found.error)")
        #expect(found.error.contains(#/\.jsonl:\d+: the log ends at record /#), "\(found.error)")
    }

    /// Takes whole batches away until the log is shorter than a checkpoint.
    private func cut(_ gateway: GatewayProcess, below note: String) throws {
        let size = try #require(
            note.split(separator: "\n").dropFirst().first.flatMap { Int($0) })
        let file = gateway.folder.appending(path: "data/audit/segments/00000000000000000001.jsonl")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        let end = try #require(
            lines.lastIndex { line in
                guard let number = line.firstMatch(of: #/^\{"type":"commit","size":(\d+),/#) else {
                    return false
                }
                return Int(number.1) ?? size < size
            })
        try Data((lines[...end].joined(separator: "\n") + "\n").utf8).write(to: file)
    }

    @Test func aReceiptIsProvedByTheGatewayByTheFilesAndByAProofThatWasKept() throws {
        let gateway = try GatewayProcess.started()
        let answer = try gateway.register("api", "api-1")
        let parts = answer.headers["maxine-audit"]?.split(separator: ";").map(String.init) ?? []
        let (sequence, leaf) = (try #require(parts.first), try #require(parts.last))
        let asked = try gateway.maxine("audit", "prove", sequence, "--leaf", leaf)
        #expect(asked.status == 0, "\(asked.error)")
        #expect(asked.output.hasPrefix("c2sp.org/tlog-proof@v1\nindex "), "\(asked.output)")
        #expect(asked.error.contains("proved: record \(sequence)"), "\(asked.error)")
        try Data(asked.output.utf8).write(to: gateway.folder.appending(path: "kept.tlog-proof"))
        let wrong = String(
            leaf.reversed().drop { $0 == "=" }.reversed().map { $0 == "A" ? "B" : $0 })
        #expect(gateway.stop() == 0)
        let offline = try gateway.maxine(
            "audit", "prove", sequence, "--dir", "data/audit", "--leaf", leaf)
        #expect(offline.status == 0, "\(offline.error)")
        #expect(offline.output != asked.output, "by the end that the log was closed with")
        try Data(offline.output.utf8).write(to: gateway.folder.appending(path: "new.tlog-proof"))
        for file in ["kept.tlog-proof", "new.tlog-proof"] {
            let good = try gateway.maxine(
                "audit", "prove", sequence, "--proof", file, "--leaf", leaf)
            #expect(good.status == 0, "\(good.error)")
            let other = try gateway.maxine(
                "audit", "prove", "1", "--proof", file, "--leaf", leaf)
            #expect(other.status == 6, "\(other.error)")
        }
        let bad = try gateway.maxine(
            "audit", "prove", sequence, "--proof", "kept.tlog-proof", "--leaf", wrong)
        #expect(bad.status == 2 || bad.status == 6, "\(bad.error)")
        #expect(try gateway.maxine("audit", "prove", sequence, "--proof", "x").status == 2)
    }
}
