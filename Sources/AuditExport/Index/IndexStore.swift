internal import Audit
internal import Foundation
internal import GRDB

/// The index in its SQLite file: derived from the log, and thrown away whenever in doubt.
final class IndexStore: Sendable {
    static let schema = 1
    private let database: any DatabaseWriter
    let path: String

    /// Opens the index, or makes an empty one; one that is no index of this form is replaced.
    init(path: String) throws(ExportError) {
        self.path = path
        do {
            database = try Self.open(path)
        } catch {
            Self.remove(path)
            do {
                database = try Self.open(path)
            } catch {
                throw .index("\(path): \(error)")
            }
        }
    }

    /// The index of a log's folder.
    static func path(ofLog directory: String) -> String { directory + "/index/index.sqlite" }

    /// Removes an index and what SQLite keeps beside it.
    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: path + suffix)
        }
    }

    private static func open(_ path: String) throws -> any DatabaseWriter {
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 2
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = OFF")
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.write { database in
            let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
            if version == schema { return try check(database) }
            guard version == 0 else { throw ExportError.index("unknown form \(version)") }
            try database.execute(sql: tables)
            try database.execute(sql: "PRAGMA user_version = \(schema)")
        }
        return pool
    }

    private static func check(_ database: Database) throws {
        for table in ["block", "posting"] where try !database.tableExists(table) {
            throw ExportError.index("no table \(table)")
        }
    }

    private static let tables = """
        CREATE TABLE block (
            id INTEGER PRIMARY KEY, first INTEGER NOT NULL, count INTEGER NOT NULL,
            time_min INTEGER NOT NULL, time_max INTEGER NOT NULL, places BLOB NOT NULL,
            leaves BLOB NOT NULL, digest BLOB NOT NULL, resume_size INTEGER NOT NULL,
            resume_segment INTEGER NOT NULL, resume_offset INTEGER NOT NULL,
            resume_line INTEGER NOT NULL);
        CREATE TABLE posting (
            dimension INTEGER NOT NULL, value TEXT NOT NULL, block INTEGER NOT NULL,
            positions BLOB NOT NULL, PRIMARY KEY (dimension, value, block)) WITHOUT ROWID;
        """

    /// The number of blocks.
    func blockCount() throws(ExportError) -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM block") ?? 0 }
    }

    /// Adds blocks in one transaction.
    func append(_ blocks: [(id: Int, block: IndexBlock)]) throws(ExportError) {
        try write { database in
            let insertBlock = try database.cachedStatement(
                sql: "INSERT INTO block VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            let insertPosting = try database.cachedStatement(
                sql: "INSERT INTO posting VALUES (?, ?, ?, ?)")
            for (id, block) in blocks {
                try insertBlock.execute(arguments: [
                    id, Int64(bitPattern: block.first), block.count, block.timeMin, block.timeMax,
                    Data(block.places), Data(block.leaves), Data(block.digest),
                    Int64(bitPattern: block.resume.size),
                    Int64(bitPattern: block.resume.segment), block.resume.offset,
                    block.resume.linesBefore,
                ])
                for posting in block.postings {
                    try insertPosting.execute(arguments: [
                        posting.key.dimension, posting.key.value, id, Data(posting.positions),
                    ])
                }
            }
        }
    }

    /// Removes a block and all behind it.
    func truncate(to count: Int) throws(ExportError) {
        try write { database in
            try database.execute(sql: "DELETE FROM block WHERE id >= ?", arguments: [count])
            try database.execute(sql: "DELETE FROM posting WHERE block >= ?", arguments: [count])
        }
    }

    /// A stored block as it would be if it were made of the log, digest made anew; nil if there is none.
    func block(_ id: Int) throws(ExportError) -> IndexBlock? {
        try read { database in
            guard var block = try Self.head(id, database) else { return nil }
            let rows = try Row.fetchCursor(
                database,
                sql: "SELECT dimension, value, positions FROM posting WHERE block = ?",
                arguments: [id])
            while let row = try rows.next() {
                let data: Data = row[2]
                block.postings.append(
                    (key: .init(dimension: row[0], value: row[1]), positions: [UInt8](data)))
            }
            return block
        }
    }

    /// A stored block without its lists.
    func head(_ id: Int) throws(ExportError) -> IndexBlock? {
        try read { try Self.head(id, $0) }
    }

    private static func head(_ id: Int, _ database: Database) throws -> IndexBlock? {
        guard
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM block WHERE id = ?", arguments: [id])
        else { return nil }
        let first: Int64 = row["first"]
        let places: Data = row["places"]
        let leaves: Data = row["leaves"]
        let size: Int64 = row["resume_size"]
        let segment: Int64 = row["resume_segment"]
        return IndexBlock(
            first: UInt64(bitPattern: first), count: row["count"], timeMin: row["time_min"],
            timeMax: row["time_max"], places: [UInt8](places), leaves: [UInt8](leaves),
            postings: [],
            resume: TailPlace(
                size: UInt64(bitPattern: size), segment: UInt64(bitPattern: segment),
                offset: row["resume_offset"], linesBefore: row["resume_line"]))
    }

    /// The newest blocks before a limit that may hold what a filter asks for, newest first, each with the positions in it
    /// that all lists name, or nil where nothing but a time is asked for.
    func candidates(
        _ filter: RecordFilter, before limit: Int
    ) throws(ExportError) -> [(id: Int, positions: [UInt64]?)] {
        let asked = IndexDimension.allCases.compactMap { dimension in
            dimension.value(of: filter).map { (dimension, $0) }
        }
        let joins = asked.indices.map { index in
            "JOIN posting p\(index) ON p\(index).block = b.id AND p\(index).dimension = ? "
                + "AND p\(index).value = ?"
        }.joined(separator: " ")
        let columns = asked.indices.map { ", p\($0).positions" }.joined()
        var arguments: [any DatabaseValueConvertible] = []
        for (dimension, value) in asked { arguments += [dimension.rawValue, value] }
        arguments += [limit, filter.from ?? Int64.min, filter.to ?? Int64.max]
        let sql =
            "SELECT b.id\(columns) FROM block b \(joins) WHERE b.id < ? AND b.time_max >= ? "
            + "AND b.time_min < ? ORDER BY b.id DESC LIMIT \(ExportLimits.candidateBlocks)"
        return try read { database in
            let rows = try Row.fetchAll(
                database, sql: sql, arguments: StatementArguments(arguments))
            return rows.map { row in
                var positions: [UInt64]?
                for index in asked.indices {
                    let data: Data = row[index + 1]
                    let list = Self.numbers([UInt8](data))
                    positions = positions.map { Self.intersection($0, list) } ?? list
                }
                return (id: row[0], positions: positions)
            }
        }
    }

    private static func numbers(_ bytes: [UInt8]) -> [UInt64] {
        var reader = VarintReader(bytes)
        var out: [UInt64] = []
        var next: UInt64 = 0
        while let step = reader.next() {
            let (place, overflow) = next.addingReportingOverflow(step)
            guard !overflow, place < UInt64(ExportLimits.blockRecords) else { break }
            out.append(place)
            next = place + 1
        }
        return out
    }

    private static func intersection(_ left: [UInt64], _ right: [UInt64]) -> [UInt64] {
        var out: [UInt64] = []
        var other = right[...]
        for place in left {
            while let first = other.first, first < place { other = other.dropFirst() }
            if other.first == place { out.append(place) }
        }
        return out
    }

    private func read<T>(_ body: (Database) throws -> T) throws(ExportError) -> T {
        do {
            return try database.unsafeRead(body)
        } catch let error as ExportError {
            throw error
        } catch {
            throw .index("\(error)")
        }
    }

    private func write(_ body: (Database) throws -> Void) throws(ExportError) {
        do {
            try database.write(body)
        } catch let error as ExportError {
            throw error
        } catch {
            throw .index("\(error)")
        }
    }
}
