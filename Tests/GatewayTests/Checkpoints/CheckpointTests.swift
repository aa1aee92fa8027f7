import Audit
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// The log's end is signed, told to those who may know it, and proves what the answers' receipts said.
@Suite(.timeLimit(.minutes(10))) struct CheckpointTests {
    private static let path = "/api/maxine/audit/checkpoint"

    private func keys(_ gateway: InProcessGateway) throws -> [VerifierKey] {
        try gateway.left.text("certs/log.vkey").split(separator: "\n").compactMap {
            VerifierKey(String($0))
        }
    }

    private func leaf(_ answer: CurlAnswer) throws -> LeafHash {
        let text = try #require(answer.headers["maxine-audit"]?.split(separator: ";").last)
        return try #require(LeafHash(base64: String(text)))
    }

    @Test func aReceiptIsProvedByAnyLaterCheckpoint() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            let registered = try await gateway.register("api", "api-1")
            let keys = try keys(gateway)
            for _ in 0..<3 {
                let proof = try await gateway.curl(
                    "GET", "/api/maxine/audit/proof/\(registered.sequence)")
                #expect(proof.status == 200)
                #expect(proof.headers["content-type"] == "text/plain; charset=utf-8")
                #expect(proof.headers["cache-control"] == "no-store")
                let read = try #require(LogProof(Array(proof.body.utf8)))
                let checkpoint = try read.verify(leaf: leaf(registered), by: keys)
                #expect(checkpoint.origin == "maxine.local/audit")
                #expect(throws: CheckpointFault.unproven) {
                    try read.verify(leaf: leaf(proof), by: keys)
                }
                _ = try await gateway.register("api", "api-2")
                gateway.clock.advance(by: .seconds(1))
                try await gateway.tick(.checkpoints)
            }
            gateway.expectWholeLog()
        }
    }

    @Test func anOlderEndIsProvedToBePartOfTheNewest() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            let keys = try keys(gateway)
            let first = try await gateway.curl("GET", Self.path)
            let old = try Checkpoint(Array(first.body.utf8), by: keys)
            _ = try await gateway.register("api", "api-1")
            gateway.clock.advance(by: .seconds(1))
            try await gateway.tick(.checkpoints)
            let answer = try await gateway.curl("GET", Self.path + "?from=\(old.end.size)")
            let proof = try #require(LogExtension(Array(answer.body.utf8)))
            let new = try proof.verify(from: old.end, by: keys)
            #expect(new.end.size > old.end.size)
            for bad in ["x", "01", "-1", ""] {
                let answer = try await gateway.curl("GET", Self.path + "?from=\(bad)")
                #expect(answer.status == 400, "\(bad)")
            }
            for (bad, status) in [("0", 400), ("x", 400), ("01", 400), ("99999", 404)] {
                let answer = try await gateway.curl("GET", "/api/maxine/audit/proof/\(bad)")
                #expect(answer.status == status, "\(bad): \(answer.body)")
            }
        }
    }

    @Test func anybodyReadsTheCheckpointOnTheFederationListenerAndNoProof() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            let answer = try await gateway.curl(
                "GET", "/checkpoint", at: gateway.federationAddress)
            #expect(answer.status == 200)
            let checkpoint = try Checkpoint(Array(answer.body.utf8), by: keys(gateway))
            #expect(checkpoint.end.size > 0)
            let proof = try await gateway.curl("GET", "/proof/1", at: gateway.federationAddress)
            #expect(proof.status == 404)
        }
    }

    /// What was told is held against the log at each start: a log without it does not open, and goes on under another name.
    @Test func aLogThatIsCutBelowWhatWasToldGoesOnAsAnother() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            _ = try await gateway.register("api", "api-1")
        }
        let data = gateway.folder.appending(path: "data")
        let before = [
            "audit/segments", "log.anchor", "registry.sqlite", "registry.sqlite-wal",
        ].map { name in
            (name, FileManager.default.fileExists(atPath: data.appending(path: name).path))
        }
        let away = try TestFolder()
        for (name, isThere) in before where isThere {
            let target = away.url.appending(path: name)
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: data.appending(path: name), to: target)
        }
        try await gateway.serving { gateway in
            _ = try await gateway.curl("GET", Self.path)
        }
        let old = try keys(gateway)
        // All that an older copy of the folder would bring back, but for the checkpoint.
        for (name, isThere) in before {
            let place = data.appending(path: name)
            if FileManager.default.fileExists(atPath: place.path) {
                try FileManager.default.removeItem(at: place)
            }
            if isThere {
                try FileManager.default.copyItem(at: away.url.appending(path: name), to: place)
            }
        }
        await #expect(throws: AuditError.self) { try await gateway.serving { _ in } }
        let loss = try #require(try Assembly.acceptLoss(gateway.settings, reason: "an old copy"))
        #expect(loss.kind == .shorter)
        try await gateway.serving { gateway in
            let answer = try await gateway.curl("GET", Self.path)
            #expect(throws: CheckpointFault.self) {
                try Checkpoint(Array(answer.body.utf8), by: old)
            }
            let checkpoint = try Checkpoint(Array(answer.body.utf8), by: keys(gateway))
            #expect(checkpoint.origin == "maxine.local/audit/2")
        }
    }

    @Test func aCheckpointThatAnotherKeySignedStopsTheStart() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in _ = try await gateway.curl("GET", Self.path) }
        let other = try InProcessGateway()
        try await other.serving { gateway in _ = try await gateway.curl("GET", Self.path) }
        try gateway.left.write(other.left.bytes("data/log.checkpoint"), to: "data/log.checkpoint")
        await #expect(throws: (any Error).self) { try await gateway.serving { _ in } }
    }

    @Test func theLogSaysWhichKeySignsItAndNoFileHasItsSecretButOne() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            _ = try await gateway.curl("GET", Self.path)
            let key = try #require(try keys(gateway).first)
            let records = try gateway.journal().filter { $0["action"]?.string == "log.key" }
            #expect(records.count == 1)
            #expect(records.first?["detail"]?["keys"] == .array([.string(key.text)]))
            #expect(records.first?["detail"]?["log"]?.string == key.name)
        }
        let file = try StrictJSON.parse(gateway.left.bytes("data/pki/log-keys.json"))
        guard case .array(let seeds)? = file["keys"], let seed = seeds.first?.string else {
            throw TestFault(description: "no key")
        }
        #expect(try gateway.left.mode("data/pki/log-keys.json") == 0o600)
        let raw = try #require(Data(base64Encoded: seed))
        let paths = try FileManager.default.subpathsOfDirectory(atPath: gateway.folder.path)
        for path in paths where !path.hasSuffix("log-keys.json") {
            let bytes = FileManager.default.contents(atPath: gateway.left.path(path)) ?? Data()
            #expect(bytes.range(of: raw) == nil, "\(path)")
            #expect(bytes.range(of: Data(seed.utf8)) == nil, "\(path)")
        }
        // A restart says it once only.
        try await gateway.serving { gateway in
            let records = try gateway.journal().filter { $0["action"]?.string == "log.key" }
            #expect(records.count == 1)
        }
    }

    @Test func theLogSaysThatItGoesOnAndThatItEnds() async throws {
        let gateway = try InProcessGateway { $0.audit.heartbeatSeconds = 30 }
        try await gateway.serving { gateway in
            func beats() throws -> Int {
                try gateway.journal().filter { $0["action"]?.string == "log.heartbeat" }.count
            }
            try await gateway.tick(.checkpoints)
            #expect(try beats() == 0)
            for _ in 0..<3 {
                gateway.clock.advance(by: .seconds(29))
                try await gateway.tick(.checkpoints)
            }
            #expect(try beats() == 1)
            gateway.clock.advance(by: .seconds(30))
            try await gateway.tick(.checkpoints)
            #expect(try beats() == 2)
        }
        let keys = try keys(gateway)
        let last = try Checkpoint(gateway.left.bytes("data/log.checkpoint"), by: keys)
        let report = try LogVerifier.verify(
            directory: gateway.folder.path + "/data/audit", against: [last.end]
        ).get()
        #expect(report.last?.kind == .stopped)
        #expect(report.size == last.end.size, "the orderly end is signed")
        #expect(report.provedNanoseconds == report.last.map { [$0.nanoseconds] })
    }
}
