import Audit
import AuditExport
import Foundation
import GRDB
import Testing

@Suite struct QueryTests {
    private func query(_ text: String, limit: Int = 10_000) throws -> RecordQuery {
        let pairs = text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            return (name: parts[0], value: parts[1])
        }
        return RecordQuery(
            filter: try RecordFilter(pairs, nowNanoseconds: TestLog.start), limit: limit)
    }

    /// What a reader with grep would find, newest first.
    private func expected(_ log: TestLog, _ fits: (String) -> Bool) throws -> [String] {
        try log.lines().filter(fits).reversed()
    }

    private let web = "spiffe://maxine.local/ns/default/dc/dc1/svc/web"

    @Test func findsWhatAScanFinds() throws {
        let log = TestLog()
        try log.write(20_000)
        let engine = try QueryEngine(indexed: log.path)
        let cases: [(String, (String) -> Bool)] = [
            ("principal=\(web)", { $0.contains("\"id\":\"\(self.web)\"") }),
            ("service=billing", { $0.contains("\"service\":\"billing\"") }),
            (
                "service=api&decision=deny",
                { $0.contains("\"service\":\"api\"") && $0.contains("\"decision\":\"deny\"") }
            ),
            (
                "rule=rule-2&principal=\(web)&action=service.read",
                {
                    $0.contains("\"rule\":\"rule-2\"") && $0.contains(self.web)
                        && $0.contains("service.read")
                }
            ),
            ("type=system", { $0.contains("\"type\":\"system\"") }),
            ("service=none", { _ in false }),
        ]
        for (text, fits) in cases {
            let lines = try expected(log, fits)
            for engine in [engine, QueryEngine(directory: log.path)] {
                let answer = try engine.answer(try query(text))
                let got = answer.records.map { String(decoding: $0.line, as: UTF8.self) }
                #expect(got == Array(lines.prefix(10_000)), "\(text)")
            }
        }
        #expect(try engine.answer(try query("service=api")).scanned < 5000)
    }

    @Test func pagesThroughAllOfAnAnswer() throws {
        let log = TestLog()
        try log.write(9_000)
        let engine = try QueryEngine(indexed: log.path)
        var question = try query("service=db", limit: 100)
        var sequences: [UInt64] = []
        while true {
            let answer = try engine.answer(question)
            sequences += answer.records.map(\.sequence)
            guard let next = answer.next else { break }
            question.before = next
        }
        let all = try expected(log) { $0.contains("\"service\":\"db\"") }
        #expect(sequences.count == all.count)
        #expect(sequences == sequences.sorted(by: >))
    }

    @Test func takesTimesAsHalfOpen() throws {
        let log = TestLog()
        try log.write(3_000)
        let engine = try QueryEngine(indexed: log.path)
        let lines = try log.lines()
        let time = lines[1500].components(separatedBy: "\"time\":\"")[1].prefix(30)
        let before = try engine.answer(try query("to=\(time)"))
        let after = try engine.answer(try query("from=\(time)"))
        #expect(before.records.count + after.records.count == lines.count)
        #expect(
            after.records.allSatisfy { String(decoding: $0.line, as: UTF8.self).contains("time") })
        #expect(try #require(before.records.first?.sequence) < after.records.last?.sequence ?? 0)
    }

    private func forge(_ log: TestLog, _ sql: String) throws {
        let queue = try DatabaseQueue(path: log.path + "/index/index.sqlite")
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test(arguments: [
        "UPDATE posting SET value = 'web' WHERE dimension = 2 AND value = 'api'",
        "UPDATE block SET places = randomblob(length(places))",
        "UPDATE block SET leaves = randomblob(length(leaves))",
        "UPDATE block SET first = first + 1",
        "UPDATE posting SET positions = x'00' || positions",
    ])
    func neverAnswersWhatAForgedIndexSays(sql: String) throws {
        let log = TestLog()
        try log.write(10_000)
        let right = try QueryEngine(indexed: log.path).answer(try query("service=web"))
        try forge(log, "DELETE FROM posting WHERE dimension = 2 AND value = 'web'; " + sql)
        let answer = try QueryEngine(indexed: log.path).answer(try query("service=web"))
        let genuine = Set(try log.lines())
        for record in answer.records {
            let line = String(decoding: record.line, as: UTF8.self)
            #expect(genuine.contains(line) && line.contains("\"service\":\"web\""))
        }
        let checked = try QueryEngine(indexed: log.path, checks: true)
        let repaired = try checked.answer(try query("service=web"))
        #expect(repaired.records == right.records)
    }

    @Test func followerRepairsAnIndexThatHidesRecords() throws {
        let log = TestLog()
        try log.write(10_000)
        let right = try QueryEngine(indexed: log.path).answer(try query("service=web"))
        try forge(log, "DELETE FROM posting WHERE dimension = 2 AND value = 'web'")
        let follower = IndexFollower(directory: log.path)
        defer { follower.stop() }
        // Whatever the follower has not checked yet is read from the log: nothing is ever hidden.
        let engine = QueryEngine(directory: log.path, follower: follower)
        #expect(try engine.answer(try query("service=web")).records == right.records)
        let deadline = Date().addingTimeInterval(20)
        while follower.progress.records < 8192, Date() < deadline { usleep(10_000) }
        #expect(follower.progress.repaired > 0)
        #expect(try engine.answer(try query("service=web")).records == right.records)
    }

    @Test(arguments: ["garbage", "wrong-tables", "other-log", "longer-log"])
    func replacesAnIndexThatIsNone(kind: String) throws {
        let log = TestLog()
        try log.write(10_000)
        let right = try QueryEngine(directory: log.path).answer(try query("service=web"))
        let index = log.path + "/index/index.sqlite"
        try FileManager.default.createDirectory(
            atPath: log.path + "/index", withIntermediateDirectories: true)
        switch kind {
        case "garbage": try Data(repeating: 7, count: 100_000).write(to: URL(filePath: index))
        case "wrong-tables":
            let queue = try DatabaseQueue(path: index)
            try queue.write {
                try $0.execute(sql: "CREATE TABLE block (id); PRAGMA user_version=1")
            }
        default:
            let other = TestLog()
            try other.write(kind == "other-log" ? 10_000 : 20_000) { number in
                TestLog.sample(number + 1)
            }
            _ = try QueryEngine(indexed: other.path)
            try FileManager.default.removeItem(atPath: log.path + "/index")
            try FileManager.default.copyItem(
                atPath: other.path + "/index", toPath: log.path + "/index")
        }
        let answer = try QueryEngine(indexed: log.path).answer(try query("service=web"))
        #expect(answer.records == right.records)
    }

    @Test func readsOnWhileTheLogGrows() throws {
        let log = TestLog()
        try log.write(5_000)
        let first = try QueryEngine(indexed: log.path).answer(try query("service=web"))
        try log.write(5_000)
        let second = try QueryEngine(indexed: log.path).answer(try query("service=web"))
        #expect(second.records.count == first.records.count * 2)
        #expect(second.records.suffix(first.records.count) == first.records[...])
    }

    @Test(arguments: [
        ("from", "yesterday"), ("from", "2026-13-01"), ("to", ""), ("decision", "maybe"),
        ("type", "read"), ("colour", "red"), ("limit", "0"), ("limit", "10001"), ("limit", "x"),
        ("before", "0"), ("before", "-1"), ("from", "99999999999999999999d"),
    ])
    func refusesMalformedParameters(name: String, value: String) {
        #expect {
            _ = try RecordQuery(parameters: [(name: name, value: value)], nowNanoseconds: 1)
        } throws: { error in
            guard case .invalid(let parameter, let why)? = error as? ExportError else {
                return false
            }
            return parameter == name && !why.isEmpty
        }
    }
}
