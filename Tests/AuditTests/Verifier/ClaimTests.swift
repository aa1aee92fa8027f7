@testable import Audit
import Testing

/// What a verifier can and can't say with keys and anchors.
@Suite struct ClaimTests {
    private func verify(
        _ log: MemoryLog, keys: [VerifierKey] = [], anchors: [Anchor] = []
    ) -> Result<VerifyReport, LogDamage> {
        var options = VerifyOptions()
        options.keys = keys
        options.anchors = anchors
        return LogVerifier.verify(
            directory: MemoryLog.folder, system: log.system, options: options, liveRetries: 1)
    }

    private func evidence(_ log: MemoryLog) -> LogEvidence {
        LogEvidence(system: log.system, layout: LogLayout(directory: MemoryLog.folder))
    }

    /// Cuts whole batches off the end, until a batch before a number of commit lines.
    private func cut(_ log: MemoryLog, batches: Int) throws {
        var left = batches
        for path in log.segments.reversed() {
            var lines = log.system.bytes(of: path).split(separator: 10).map { Array($0) }
            while left >= 0, let line = lines.last {
                if line.starts(with: Array(#"{"type":"commit""#.utf8)) {
                    if left == 0 {
                        log.system.setBytes(Array(lines.joined(separator: [10])) + [10], of: path)
                        return
                    }
                    left -= 1
                }
                lines.removeLast()
            }
            log.system.setBytes(nil, of: path)
        }
    }

    @Test func aCutTailIsFoundByTheLogsOwnCheckpoint() throws {
        let log = try NotaryTests.log()
        try cut(log, batches: 3)
        guard case .failure(let damage) = verify(log) else {
            Issue.record("not found")
            return
        }
        #expect(damage.reason.contains("newest records were cut off"))
        #expect(damage.line > 0)
        #expect(throws: AuditError.self) { _ = try log.reopen() }
    }

    @Test func aCutTailWithAnOlderCheckpointIsFoundWithAnAnchorOnly() throws {
        let log = try NotaryTests.log()
        let signed = try #require(try evidence(log).checkpoint())
        let keys = try evidence(log).keys()
        try cut(log, batches: 4)
        // The attacker puts an older checkpoint back, or none.
        log.system.setBytes(nil, of: MemoryLog.folder + "/checkpoint")
        let blind = try verify(log, keys: keys).get()
        let tail = try #require(blind.claims.first { $0.name == "tail" })
        #expect(tail.state == .notChecked)
        #expect(tail.text.contains("not checkable without an anchor"))
        guard case .failure(let damage) = verify(log, keys: keys, anchors: [.checkpoint(signed)])
        else {
            Issue.record("not found")
            return
        }
        #expect(damage.reason.contains("the anchor covers record \(signed.checkpoint.size)"))
        #expect(damage.line > 0)
    }

    @Test func receiptsAreAnchors() throws {
        let log = try NotaryTests.log()
        let records = log.lines().filter { $0.hasPrefix(#"{"seq":"#) }
        let leaf = MerkleTree.leafHash(of: Array(records[9].utf8))
        _ = try verify(log, anchors: [.receipt(sequence: 10, leaf: leaf)]).get()
        let other = MerkleTree.leafHash(of: Array(records[8].utf8))
        #expect(throws: LogDamage.self) {
            _ = try verify(log, anchors: [.receipt(sequence: 10, leaf: other)]).get()
        }
        let beyond = UInt64(records.count + 1)
        #expect(throws: LogDamage.self) {
            _ = try verify(log, anchors: [.receipt(sequence: beyond, leaf: leaf)]).get()
        }
    }

    @Test func aLogSignedByAnotherKeyIsFoundWithTheKey() throws {
        let log = try NotaryTests.log()
        let forged = try NotaryTests.log()
        let keys = try evidence(log).keys()
        _ = try verify(log, keys: keys).get()
        _ = try verify(forged).get()
        guard case .failure(let damage) = verify(forged, keys: keys) else {
            Issue.record("not found")
            return
        }
        #expect(damage.reason.contains("no signature is by a trusted key"))
        #expect(damage.line > 0)
    }

    @Test func aCheckpointOfAnotherRootInACommitLineIsFound() throws {
        let log = try NotaryTests.log()
        for path in log.segments {
            let text = String(decoding: log.system.bytes(of: path), as: UTF8.self)
            guard let found = text.firstRange(of: #"checkpoint":"test/audit\n"#) else { continue }
            // The size in the note is changed by one; the line stays canonical.
            let size = text[found.upperBound...].prefix { $0 != "\\" }
            let number = try #require(UInt64(size))
            let changed = text.replacing(
                #"test/audit\n\#(size)\n"#, with: #"test/audit\n\#(number - 1)\n"#)
            log.system.setBytes(Array(changed.utf8), of: path)
            guard case .failure(let damage) = verify(log) else {
                Issue.record("not found")
                return
            }
            #expect(damage.file == path)
            #expect(damage.reason.contains("checkpoint"))
            return
        }
        Issue.record("no commit line carries a checkpoint")
    }
}
