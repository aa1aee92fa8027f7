internal import Foundation
internal import GRDB

extension RecordIndex {
    /// Finds records, the newest first.
    ///
    /// - Parameters:
    ///   - filter: Which.
    ///   - before: Only records before this one; the `next` of the page before.
    ///   - limit: How many at most.
    ///   - isOver: Whether the time is over that it may take; asked now and then.
    /// - Returns: What was found, and where to go on.
    /// - Throws: ``IndexError``.
    public func page(
        _ filter: RecordFilter, before: UInt64? = nil, limit: Int = IndexLimits.pageDefault,
        isOver: () -> Bool = { false }
    ) throws(IndexError) -> RecordPage {
        let limit = max(1, min(limit, IndexLimits.pageMax))
        return try Self.failable("can't be read") {
            try database.read { database in
                try page(filter, before: before, limit: limit, isOver, in: database)
            }
        }
    }

    private func page(
        _ filter: RecordFilter, before: UInt64?, limit: Int, _ isOver: () -> Bool,
        in database: Database
    ) throws -> RecordPage {
        guard let search = try Search(filter, in: database) else { return RecordPage() }
        let range = try range(of: filter, before: before, in: database)
        var page = RecordPage()
        var high = range.upperBound
        while high > range.lowerBound {
            let low = max(range.lowerBound, high - windowRecords)
            // One more than asked for says that there is a next page.
            let wanted = limit + 1 - page.records.count
            let rows = try search.rows(low..<high, limit: wanted, in: database)
            for row in rows {
                let found = try record(row, in: database)
                if let request = filter.request, !Self.names(found.line, request) { continue }
                guard page.records.count < limit else {
                    page.next = page.records.last?.sequence
                    return page
                }
                page.records.append(found)
            }
            high = low
            if high > range.lowerBound, isOver() {
                page.next = UInt64(clamping: high)
                return page
            }
        }
        return page
    }

    private func record(_ row: Row, in database: Database) throws -> FoundRecord {
        let other: Data? = try (row["other"] as Int64?).flatMap { other in
            let statement = try database.cachedStatement(
                sql: "SELECT line FROM records WHERE seq = ?")
            return try Data.fetchOne(statement, arguments: [other])
        }
        return FoundRecord(
            sequence: UInt64(clamping: row["seq"] as Int64),
            line: try codec.unpack(Array(row["line"] as Data)),
            other: try other.map { try codec.unpack(Array($0)) })
    }

    private static func names(_ line: [UInt8], _ request: String) -> Bool {
        RecordFacts(line: line).request == request
    }

    /// The places between which the records of a time lie: time never goes back along the log.
    private func range(
        of filter: RecordFilter, before: UInt64?, in database: Database
    ) throws -> Range<Int64> {
        let ends = try Row.fetchOne(
            database, sql: "SELECT min(seq) AS low, max(seq) AS high FROM records")
        guard let low = ends?["low"] as Int64?, let high = ends?["high"] as Int64? else {
            return 0..<0
        }
        var (first, end) = (low, high + 1)
        if let from = filter.fromNanoseconds {
            first = try place(of: from, low..<high + 1, in: database)
        }
        if let to = filter.toNanoseconds {
            end = try place(of: to, low..<high + 1, in: database)
        }
        if let before { end = min(end, Int64(clamping: before)) }
        return first..<max(first, end)
    }

    /// The first place whose record is not before a moment.
    private func place(
        of nanoseconds: Int64, _ range: Range<Int64>, in database: Database
    ) throws -> Int64 {
        let statement = try database.cachedStatement(
            sql: "SELECT time FROM records WHERE seq >= ? ORDER BY seq LIMIT 1")
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = low + (high - low) / 2
            let time = try Int64.fetchOne(statement, arguments: [middle])
            if let time, time < nanoseconds { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// A filter as a question to the database.
private struct Search {
    private var conditions = ["seq >= ?", "seq < ?"]
    private var values: [any DatabaseValueConvertible] = []

    /// Nil where it names a word that no record has.
    init?(_ filter: RecordFilter, in database: Database) throws {
        let statement = try database.cachedStatement(sql: "SELECT id FROM words WHERE text = ?")
        for (column, text) in filter.words {
            guard let id = try Int64.fetchOne(statement, arguments: [text]) else { return nil }
            conditions.append("\(column) = ?")
            values.append(id)
        }
        if let request = filter.request {
            conditions.append("request = ?")
            values.append(RequestHash.of(request))
        }
    }

    func rows(_ range: Range<Int64>, limit: Int, in database: Database) throws -> [Row] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT seq, other, line FROM records WHERE \(conditions.joined(separator: " AND "))
                ORDER BY seq DESC LIMIT \(limit)
                """)
        let bounds: [any DatabaseValueConvertible] = [range.lowerBound, range.upperBound]
        return try Row.fetchAll(
            statement, arguments: StatementArguments(bounds + values) ?? StatementArguments())
    }
}
