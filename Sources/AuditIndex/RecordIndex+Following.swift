internal import Audit
internal import Foundation
internal import GRDB

/// Takes what a log holds into its index, a batch at a time.
public struct IndexFollower: ~Copyable {
    private let index: RecordIndex
    private let directory: String
    private var tail: LogTail
    private var words: [String: Int64] = [:]
    /// Records that others name for what they leave out.
    private var named: [UInt64: RecordColumns] = [:]

    /// The last record that the index holds.
    public private(set) var size: UInt64

    /// Goes on where the index ends, or begins anew where it is of another log.
    ///
    /// - Throws: ``IndexError``.
    public init(_ index: RecordIndex, directory: String) throws(IndexError) {
        self.index = index
        self.directory = directory
        size = 0
        if let last = try index.last() {
            let there = try Self.first(from: last.sequence, in: directory)
            if let there, there.sequence == last.sequence, there.line == last.line {
                size = last.sequence
                try Self.forgetPruned(index, directory)
            } else {
                try index.clear()
            }
        }
        tail = LogTail(directory: directory, from: size + 1)
    }

    /// Takes the next records in.
    ///
    /// - Returns: How many; 0 where nothing is new.
    /// - Throws: ``IndexError``; the next call goes on.
    public mutating func step() throws(IndexError) -> Int {
        let records: [TailedRecord]
        do throws(AuditError) {
            records = try tail.next()
        } catch {
            throw .log("\(error)")
        }
        guard let last = records.last else { return 0 }
        do {
            try add(records)
        } catch {
            // The tail is beyond what the index has.
            tail = LogTail(directory: directory, from: size + 1)
            throw error
        }
        size = last.sequence
        return records.count
    }

    private mutating func add(_ records: [TailedRecord]) throws(IndexError) {
        if words.count > IndexLimits.rememberedMax { words.removeAll() }
        if named.count > IndexLimits.rememberedMax { named.removeAll() }
        let database = index.database
        var (words, named) = (words, named)
        try RecordIndex.failable("can't be written") {
            try database.write { database in
                for record in records {
                    let facts = RecordFacts(line: record.line)
                    var columns = try RecordColumns(facts, in: database, &words)
                    if let other = facts.other {
                        let whole = try named[other] ?? RecordColumns(of: other, in: database)
                        if let whole { columns.fill(from: whole) }
                    } else if facts.action == Self.renewal {
                        named[record.sequence] = columns
                    }
                    try columns.insert(
                        record.sequence, facts, line: index.codec.pack(record.line), database)
                }
            }
        }
        (self.words, self.named) = (words, named)
    }

    /// What later records leave out by naming an earlier one.
    private static let renewal = "service.heartbeat"

    /// Records whose segments went are found no more.
    private static func forgetPruned(
        _ index: RecordIndex, _ directory: String
    ) throws(IndexError) {
        guard let first = try first(from: 1, in: directory)?.sequence, first > 1 else { return }
        try index.forget(before: first)
    }

    /// The first record from a place on.
    private static func first(
        from sequence: UInt64, in directory: String
    ) throws(IndexError) -> TailedRecord? {
        var tail = LogTail(directory: directory, from: sequence)
        do throws(AuditError) {
            return try tail.next().first
        } catch {
            throw .log("\(error)")
        }
    }
}

/// The words of a record by their numbers.
struct RecordColumns {
    private var values: [Int64?]

    private static let names = [
        "action", "decision", "principal", "service", "namespace", "rule", "address", "request",
    ]
    private static let list = names.joined(separator: ", ")

    init(_ facts: RecordFacts, in database: Database, _ words: inout [String: Int64]) throws {
        var values: [Int64?] = []
        for text in [
            facts.action, facts.decision, facts.principal, facts.service, facts.namespace,
            facts.rule, facts.address,
        ] {
            values.append(try text.map { try Self.word($0, in: database, &words) })
        }
        values.append(facts.request.map(RequestHash.of))
        self.values = values
    }

    /// Those of a record that the index holds; nil where it does not.
    init?(of sequence: UInt64, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "SELECT \(Self.list) FROM records WHERE seq = ?")
        guard let row = try Row.fetchOne(statement, arguments: [Int64(clamping: sequence)]) else {
            return nil
        }
        values = Self.names.map { row[$0] }
    }

    /// Takes what this one leaves out; its request is its own.
    mutating func fill(from other: RecordColumns) {
        for place in values.indices.dropLast() where values[place] == nil {
            values[place] = other.values[place]
        }
    }

    func insert(
        _ sequence: UInt64, _ facts: RecordFacts, line: [UInt8], _ database: Database
    ) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO records (seq, time, status, other, line, \(Self.list))
                VALUES (?, ?, ?, ?, ?, \(Self.names.map { _ in "?" }.joined(separator: ", ")))
                """)
        let arguments: [(any DatabaseValueConvertible)?] =
            [
                Int64(clamping: sequence), facts.timeNanoseconds, facts.status,
                facts.other.map { Int64(clamping: $0) }, Data(line),
            ] + values
        try statement.execute(arguments: StatementArguments(arguments))
    }

    private static func word(
        _ text: String, in database: Database, _ words: inout [String: Int64]
    ) throws -> Int64 {
        if let known = words[text] { return known }
        let insert = try database.cachedStatement(
            sql: "INSERT INTO words (text) VALUES (?) ON CONFLICT DO NOTHING")
        try insert.execute(arguments: [text])
        let find = try database.cachedStatement(sql: "SELECT id FROM words WHERE text = ?")
        guard let id = try Int64.fetchOne(find, arguments: [text]) else {
            throw IndexError.store("a word of a record is not kept")
        }
        words[text] = id
        return id
    }
}

/// A number for the name of a request (FNV-1a): many enough, and small; what is found is looked at.
enum RequestHash {
    static func of(_ text: String) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int64(bitPattern: hash)
    }
}
