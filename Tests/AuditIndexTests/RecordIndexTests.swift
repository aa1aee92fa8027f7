import Audit
import AuditIndex
import Foundation
import Support
import Testing
import Text

/// The index finds what a look at each line finds, and nothing else, whatever is asked for.
@Suite struct RecordIndexTests {
    private func filter(_ change: (inout RecordFilter) -> Void) -> RecordFilter {
        var filter = RecordFilter()
        change(&filter)
        return filter
    }

    /// All pages of a question, and how many there were.
    private func all(
        _ index: RecordIndex, _ filter: RecordFilter, limit: Int
    ) throws -> (records: [FoundRecord], pages: Int) {
        var out: [FoundRecord] = []
        var (before, pages): (UInt64?, Int) = (nil, 0)
        repeat {
            let page = try index.page(filter, before: before, limit: limit)
            #expect(page.records.count <= limit)
            out += page.records
            before = page.next
            pages += 1
        } while before != nil
        return (out, pages)
    }

    private func various() throws -> IndexedLog {
        let log = try IndexedLog(segmentBytes: 1 << 17)
        var random = SeededGenerator(seed: 7)
        for batch in 0..<40 {
            let records = (0..<20).map { place in
                IndexedLog.record(
                    UInt64(batch * 20 + place),
                    by: ["web", "shop", "cron"].randomElement(using: &random) ?? "",
                    on: ["api", "db", nil].randomElement(using: &random) ?? nil,
                    action: ["service.discover", "service.read"].randomElement(using: &random)
                        ?? "",
                    verdict: UInt8.random(in: 0..<10, using: &random) == 0 ? .deny : .allow,
                    rule: ["r1", "r2", nil].randomElement(using: &random) ?? nil,
                    address: ["10.0.0.7", "2001:db8::1"].randomElement(using: &random) ?? "")
            }
            try log.write(records, at: Int64(batch))
        }
        return log
    }

    private let questions: [(RecordFilter) -> RecordFilter] = [
        { $0 },
        { with($0) { $0.principal = "spiffe://maxine.local/service/web" } },
        { with($0) { $0.service = "db" } },
        { with($0) { $0.decision = "deny" } },
        {
            with($0) {
                $0.rule = "r2"; $0.address = "2001:db8::1"
            }
        },
        {
            with($0) {
                $0.action = "service.read"; $0.service = "api"
            }
        },
        { with($0) { $0.service = "nobody" } },
        {
            with($0) {
                $0.namespace = "default"; $0.decision = "deny"; $0.rule = "r1"
            }
        },
    ]

    @Test func findsWhatALookAtEachLineFinds() throws {
        let log = try various()
        let index = try log.index()
        let lines = try log.lines()
        #expect(lines.count > 800)
        for (number, question) in questions.enumerated() {
            for span in [0..<40, 3..<17, 39..<40, 50..<60] {
                let filter = filter { filter in
                    filter = question(filter)
                    filter.fromNanoseconds =
                        IndexedLog.start + Int64(span.lowerBound) * IndexedLog.second
                    filter.toNanoseconds =
                        IndexedLog.start + Int64(span.upperBound) * IndexedLog.second
                }
                let expected = lines.filter { matches($0.line, filter) }.reversed()
                for limit in [1, 7, 1000] {
                    let found = try all(index, filter, limit: limit).records
                    #expect(
                        found.map(\.sequence) == expected.map(\.sequence),
                        "question \(number), \(span), \(limit) a page")
                    #expect(found.map(\.line) == expected.map(\.line))
                }
            }
        }
    }

    /// By the text of the line alone.
    private func matches(_ line: [UInt8], _ filter: RecordFilter) -> Bool {
        let text = String(decoding: line, as: UTF8.self)
        let time = text.split(separator: "\"").dropFirst(5).first.flatMap {
            CivilTime.nanoseconds(rfc3339: String($0))
        }
        guard let time, time >= filter.fromNanoseconds ?? .min, time < filter.toNanoseconds ?? .max
        else { return false }
        let members: [(String, String?)] = [
            (#""id":""#, filter.principal), (#""service":""#, filter.service),
            (#""decision":""#, filter.decision), (#""rule":""#, filter.rule),
            (#""ip":""#, filter.address), (#""action":""#, filter.action),
            (#""namespace":""#, filter.namespace),
        ]
        return members.allSatisfy { member, wanted in
            wanted.map { text.contains(member + $0 + "\"") } ?? true
        }
    }

    @Test func aRequestIsFoundByItsName() throws {
        let log = try various()
        let index = try log.index()
        let name = "\(RequestID(high: 7, low: 123))"
        let page = try index.page(filter { $0.request = name })
        let lines = page.records.map { String(decoding: $0.line, as: UTF8.self) }
        #expect(lines.count == 1 && page.next == nil)
        #expect(lines.allSatisfy { $0.contains(name) })
        #expect(try index.page(filter { $0.request = "no such" }).records.isEmpty)
    }

    /// What a renewal leaves out is in an earlier record; it is found by that all the same.
    @Test func recordsInBriefAreFoundByWhatTheyLeaveOut() throws {
        let log = try IndexedLog()
        let series = RecordSeries()
        for number in 0..<3 {
            try log.write(
                [IndexedLog.record(UInt64(number), action: "service.heartbeat", series: series)],
                at: Int64(number))
        }
        var index = try log.index()
        let beats = filter {
            $0.principal = "spiffe://maxine.local/service/web"; $0.service = "api"
        }
        var found = try index.page(beats).records
        #expect(found.count == 3)
        #expect(found.first?.other == found.last?.line, "the newest names the oldest")
        #expect(found.last?.other == nil)
        try index.close()
        // A follower that begins behind the first one finds it in the index.
        try log.write(
            [IndexedLog.record(9, action: "service.heartbeat", series: series)], at: 9)
        index = try log.index()
        found = try index.page(beats).records
        #expect(found.count == 4)
        #expect(String(decoding: found[0].line, as: UTF8.self).contains(#""as":"#))
    }

    @Test func goesOnWhereItWasAndBeginsAnewWithAnotherLog() throws {
        let log = try IndexedLog()
        try log.write([IndexedLog.record(1)], at: 1)
        let first = try log.index()
        let size = try first.size()
        #expect(size == (try log.lines().count))
        try first.close()
        try log.write([IndexedLog.record(2)], at: 2)
        let second = try log.index()
        #expect(try second.size() == size + 1)
        try second.close()
        log.journal.close()
        // Another log of the same length at the same place.
        try FileManager.default.removeItem(atPath: log.directory)
        let other = try IndexedLog(log.folder)
        try other.write([IndexedLog.record(3, by: "other")], at: 3)
        try other.write([IndexedLog.record(4, by: "other")], at: 4)
        let third = try other.index()
        #expect(
            try third.page(filter { $0.principal = "spiffe://maxine.local/service/web" }).records
                .isEmpty)
        #expect(
            try third.page(filter { $0.principal = "spiffe://maxine.local/service/other" }).records
                .count == 2)
    }

    /// Retention takes whole segments, the oldest first.
    @Test func whatTheLogHoldsNoMoreIsFoundNoMore() throws {
        let log = try various()
        let before = try log.index()
        let all = try all(before, RecordFilter(), limit: 1000).records
        try before.close()
        log.journal.close()
        let segments = log.directory + "/segments/"
        let names = try FileManager.default.contentsOfDirectory(atPath: segments).sorted()
        try #require(names.count > 2)
        try FileManager.default.removeItem(atPath: segments + names[0])
        let first = UInt64(names[1].prefix(20)) ?? 0
        let left = try self.all(log.index(), RecordFilter(), limit: 1000).records
        let expected = all.filter { $0.sequence >= first }
        // The journal said one thing more when it was closed, or nothing.
        #expect(left.suffix(expected.count).map(\.sequence) == expected.map(\.sequence))
        #expect(left.allSatisfy { $0.sequence >= first })
    }

    @Test(arguments: ["no database", ""]) func aFileThatIsNoIndexIsMadeAnew(_ content: String)
        throws
    {
        let log = try IndexedLog()
        try log.write([IndexedLog.record(1)], at: 1)
        try log.folder.write(String(repeating: content, count: 1000), to: "audit-index.sqlite")
        let index = try log.index()
        #expect(try index.page(filter { $0.service = "api" }).records.count == 1)
        let mode = try FileManager.default.attributesOfItem(atPath: log.path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test func aPageThatRunsOutOfTimeSaysWhereToGoOn() throws {
        let log = try various()
        let index = try log.index()
        let found = try index.page(filter { $0.service = "db" }, limit: 10) { true }
        #expect(found.records.count == 10 && found.next == found.records.last?.sequence)
        // The rare ones are in other windows.
        let rare = filter { $0.request = "\(RequestID(high: 7, low: 0))" }
        var page = try index.page(rare) { true }
        #expect(page.records.isEmpty)
        var rounds = 1
        while let next = page.next, page.records.isEmpty {
            page = try index.page(rare, before: next) { true }
            rounds += 1
        }
        #expect(page.records.count == 1 && rounds > 7, "\(rounds) rounds")
    }
}

private func with(_ filter: RecordFilter, _ change: (inout RecordFilter) -> Void) -> RecordFilter {
    var filter = filter
    change(&filter)
    return filter
}
