import Audit
import Testing

/// The named line is the changed one wherever the data tell it.
@Suite struct DamagePlaceTests {
    /// Lines 1-2 and their commit, then three records and their commit, then one and its commit.
    private func log() throws -> (MemoryLog, path: String, lines: [[UInt8]]) {
        let log = MemoryLog()
        let journal = try Journal.open(log.configuration(), system: log.system)
        let lane = journal.makeLane()
        try commit(0..<3, in: lane)
        try commit(3..<4, in: lane)
        let copy = MemoryLog(log.system.crashed())
        journal.close()
        let path = try #require(copy.segments.first)
        return (copy, path, copy.system.bytes(of: path).split(separator: 10).map { Array($0) })
    }

    private func damage(_ change: (inout [[UInt8]]) -> Void) throws -> LogDamage {
        var (log, path, lines) = try log()
        change(&lines)
        log.system.setBytes(Array(lines.joined(separator: [10])) + [10], of: path)
        guard case .failure(let damage) = log.verify() else {
            throw AuditError.closed
        }
        #expect(damage.file == path)
        return damage
    }

    @Test func namesTheLineBehindARemovedOne() throws {
        let damage = try damage { $0.remove(at: 4) }
        #expect(damage.line == 5)
        #expect(damage.reason == "record 5 stands where record 4 is due")
    }

    @Test func namesTheCommitLineBehindARemovedLastRecord() throws {
        let damage = try damage { $0.remove(at: 5) }
        #expect(damage.line == 6)
        #expect(damage.reason == "the commit line counts 5 records, the log 4")
    }

    @Test func namesTheFirstOfSwappedLines() throws {
        #expect(try damage { $0.swapAt(3, 5) }.line == 4)
    }

    @Test func namesADuplicatedLine() throws {
        #expect(try damage { $0.insert($0[3], at: 3) }.line == 5)
    }

    @Test func namesTheLinesOfABatchWhoseContentChanged() throws {
        let damage = try damage { lines in
            lines[4] = Array(
                String(decoding: lines[4], as: UTF8.self)
                    .replacing("allow", with: "abcde").utf8)
        }
        #expect(damage.line == 4)
        #expect(damage.reason == "lines 4 to 6 do not match the root in line 7")
    }

    @Test func namesTheLineThatIsNoJSONAnyMore() throws {
        #expect(try damage { $0[4][200] = 0x01 }.line == 5)
        #expect(try damage { $0[4].removeLast() }.line == 5)
    }

    @Test func namesAMalformedCommitLine() throws {
        let damage = try damage { $0[6].insert(32, at: 1) }
        #expect(damage.line == 7)
        #expect(try self.damage { $0[6].insert(32, at: 9) }.line == 7)
    }

    @Test func namesTheMergedLine() throws {
        let damage = try damage { lines in
            lines[4] += [0x20] + lines[5]
            lines.remove(at: 5)
        }
        #expect(damage.line == 5)
    }

    @Test func namesGarbageInTheFillAndBehindIt() throws {
        let (log, path, lines) = try log()
        let bytes = log.system.bytes(of: path)
        for garbage in ["x", "{}", #"{"type":"commit"}"#, "\0"] {
            let fill = [UInt8](repeating: 10, count: 20)
            log.system.setBytes(bytes + fill + Array(garbage.utf8) + fill, of: path)
            guard case .failure(let damage) = log.verify() else {
                Issue.record("not found")
                continue
            }
            #expect(damage.line == lines.count + 21)
        }
        log.system.setBytes(bytes + [UInt8](repeating: 10, count: 20), of: path)
        #expect(throws: Never.self) { _ = try log.verify().get() }
    }

    @Test func namesRecordsWithoutACommitLine() throws {
        let damage = try damage { $0.removeLast() }
        #expect(damage.line == 8)
        #expect(damage.reason == "records without a commit line")
    }

    @Test func saysThatThereIsNoLog() {
        guard case .failure(let damage) = MemoryLog().verify() else {
            Issue.record("an absent log was verified")
            return
        }
        #expect(damage.reason == "there is no log")
    }
}
