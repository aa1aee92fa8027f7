import Audit
import Foundation
import Support
import Testing

/// A log that lacks what others know of it is not opened, but by an operator's recorded word.
@Suite struct KnownLogTests {
    private let log: MemoryLog
    private let anchor: LogAnchor
    private let ends: [LogAnchor]

    /// A log of three batches in one segment, and its end after each.
    init() throws {
        log = MemoryLog()
        let journal = try Journal.open(log.configuration(), system: log.system)
        let lane = journal.makeLane()
        var ends: [LogAnchor] = []
        for number in 0..<3 {
            try commit(number * 4..<number * 4 + 4, in: lane)
            ends.append(journal.anchor)
        }
        journal.close()
        anchor = journal.anchor
        self.ends = ends
    }

    @Test func opensALogThatHoldsAllThatIsKnown() throws {
        for anchor in ends + [anchor, .empty] {
            try open(MemoryLog(log.system.crashed()), anchor, sequence: anchor.size)
        }
    }

    @Test func doesNotOpenAShorterLogAndWritesNothingToIt() throws {
        let short = try shortened()
        let bytes = short.lines()
        expectLoss(in: short, anchor, kind: .shorter, end: ends[0].size, to: anchor.size)
        expectLoss(in: short, nil, sequence: 99, kind: .shorter, end: ends[0].size, to: 99)
        expectLoss(in: short, ends[1], sequence: 7, kind: .shorter, end: 6, to: ends[1].size)
        #expect(short.lines() == bytes)
        try open(short, ends[0], sequence: ends[0].size)
    }

    @Test func doesNotOpenAnEmptyLogWhereOneWas() throws {
        let empty = MemoryLog()
        expectLoss(in: empty, anchor, kind: .shorter, end: 0, to: anchor.size)
        var known = KnownLog()
        known.mustExist = true
        #expect(throws: AuditError.self) { try open(empty, known) }
        #expect(empty.lines().isEmpty)
        known.anchor = .empty
        known.mustExist = false
        try open(empty, known)
    }

    @Test func doesNotOpenAnotherLog() throws {
        let other = MemoryLog()
        let journal = try Journal.open(other.configuration(), system: other.system)
        try commit(100..<150, in: journal.makeLane())
        journal.close()
        let size = journal.anchor.size
        expectLoss(in: other, anchor, kind: .other, end: size, to: anchor.size)
    }

    @Test func anAcceptedLossIsWrittenAndShownEverAfter() throws {
        let short = try shortened()
        var known = KnownLog()
        known.anchor = anchor
        known.acceptedReason = "disk \u{1B}[2J burnt"
        let loss = try open(short, known)
        #expect(loss?.from == ends[0].size + 1)
        known.anchor = short.end
        #expect(throws: AuditError.nothingLost(path: MemoryLog.folder)) { try open(short, known) }
        known.acceptedReason = nil
        for _ in 0..<2 {
            try open(short, known)
            let losses = try short.verify().get().losses
            #expect(losses.count == 1)
            #expect(losses.first?.from == 7)
            #expect(losses.first?.to == anchor.size)
            #expect(losses.first?.root == anchor.root.base64)
            #expect(losses.first?.reason == "disk \u{1B}[2J burnt")
            #expect(losses.first?.description.contains("\u{1B}") == false)
        }
    }

    @Test func anAnchorIsReadAsItWasWritten() {
        for anchor in [anchor, .empty] {
            #expect(LogAnchor(encoded: anchor.encoded) == anchor)
            #expect(LogAnchor(encoded: Array(anchor.encoded.dropLast())) == nil)
            #expect(LogAnchor(encoded: anchor.encoded + [0]) == nil)
        }
        #expect(LogAnchor(encoded: []) == nil)
        #expect(LogAnchor(encoded: Array(#"{"size":-1,"root":""}"#.utf8)) == nil)
    }

    /// The log up to its first batch.
    private func shortened() throws -> MemoryLog {
        let short = MemoryLog(log.system.crashed())
        let path = try #require(short.segments.first)
        let text = String(decoding: short.system.bytes(of: path), as: UTF8.self)
        let line = "{\"type\":\"commit\",\"size\":\(ends[0].size),"
        let start = try #require(text.range(of: line)?.lowerBound)
        let end = try #require(text[start...].firstIndex(of: "\n"))
        short.system.setBytes(Array(text[...end].utf8), of: path)
        return short
    }

    private func expectLoss(
        in log: MemoryLog, _ anchor: LogAnchor?, sequence: UInt64 = 0, kind: LogLoss.Kind,
        end: UInt64, to: UInt64, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        do {
            try open(log, anchor, sequence: sequence)
            Issue.record("it was opened", sourceLocation: sourceLocation)
        } catch .lost(_, let loss) {
            #expect(loss.kind == kind, sourceLocation: sourceLocation)
            #expect(loss.end == end, sourceLocation: sourceLocation)
            #expect(loss.to == to, sourceLocation: sourceLocation)
        } catch {
            Issue.record("\(error)", sourceLocation: sourceLocation)
        }
    }

    private func open(
        _ log: MemoryLog, _ anchor: LogAnchor?, sequence: UInt64
    ) throws(AuditError) {
        var known = KnownLog()
        known.anchor = anchor
        known.sequence = sequence
        _ = try open(log, known)
    }

    @discardableResult
    private func open(_ log: MemoryLog, _ known: KnownLog) throws(AuditError) -> LogLoss? {
        var configuration = log.configuration()
        configuration.known = known
        let journal = try Journal.open(configuration, system: log.system)
        journal.close()
        return journal.acceptedLoss
    }
}

extension MemoryLog {
    /// The end of the log on disk.
    fileprivate var end: LogAnchor? {
        (try? verify().get()).map { LogAnchor(size: $0.size, root: $0.root) }
    }
}
