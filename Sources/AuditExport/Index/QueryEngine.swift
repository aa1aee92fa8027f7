internal import Audit

/// Answers queries from the log, with an index as a hint where there is one.
///
/// Every record of an answer is read from the log, its hash compared with the index's and the filter applied to the line
/// itself. An index that disagrees with the log is thrown away.
public struct QueryEngine: Sendable {
    private let directory: String
    private let searchable: @Sendable () -> (store: IndexStore, blocks: Int)?

    /// Reads the log alone.
    public init(directory: String) {
        self.directory = directory
        searchable = { nil }
    }

    /// Uses the index that a follower keeps, as far as the follower has checked it.
    public init(directory: String, follower: IndexFollower) {
        self.directory = directory
        searchable = { follower.searchable }
    }

    /// Uses a log's index file as it is, bringing it up to date first; for a program that ends soon.
    ///
    /// - Parameters:
    ///   - directory: The log's folder.
    ///   - checks: Whether each block is compared with the log first.
    /// - Throws: ``ExportError``.
    public init(indexed directory: String, checks: Bool = false) throws(ExportError) {
        self.directory = directory
        let store = try IndexStore(path: IndexStore.path(ofLog: directory))
        let blocks = try Self.update(store, directory, checks: checks)
        searchable = { (store, blocks) }
    }

    private static func update(
        _ store: IndexStore, _ directory: String, checks: Bool
    ) throws(ExportError) -> Int {
        let stored = try store.blockCount()
        let isSound = checks ? false : try Self.isSound(store, stored, directory)
        var update =
            isSound
            ? try IndexUpdate(behind: stored, directory: directory, store: store)
            : try IndexUpdate(directory: directory, store: store)
        try update.finish()
        return update.checked
    }

    /// Whether the last record of the index is that of the log: a stale index, or one of another log, isn't.
    private static func isSound(
        _ store: IndexStore, _ stored: Int, _ directory: String
    ) throws(ExportError) -> Bool {
        guard stored > 0 else { return true }
        guard let block = try store.head(stored - 1), block.count == ExportLimits.blockRecords,
            block.first == UInt64((stored - 1) * ExportLimits.blockRecords) + 1,
            block.resume.size < block.first + UInt64(block.count)
        else { return false }
        let places = BlockPlaces(block)
        var reader = RecordReader(directory: directory)
        return places.line(at: block.count - 1, &reader) != nil
    }

    /// Answers a query.
    ///
    /// - Throws: ``ExportError/damaged(file:line:why:)`` if the log itself is damaged, `.log`, `.index`.
    public func answer(_ query: RecordQuery) throws(ExportError) -> QueryAnswer {
        guard let index = searchable() else { return try scan(query, index: nil) }
        do throws(ExportError) {
            return try scan(query, index: index)
        } catch .index {
            if case .failure(let damage) = LogVerifier.verify(directory: directory) {
                throw .damaged(file: damage.file, line: damage.line, why: damage.reason)
            }
            try? index.store.truncate(to: 0)
            return try scan(query, index: nil)
        }
    }

    private func scan(
        _ query: RecordQuery, index: (store: IndexStore, blocks: Int)?
    ) throws(ExportError) -> QueryAnswer {
        var newest: [QueryAnswer.Found] = []
        var scanned: UInt64 = 0
        var tail = try tail(behind: index)
        let covered = UInt64((index?.blocks ?? 0) * ExportLimits.blockRecords)
        while true {
            let records = try Self.next(&tail)
            if records.isEmpty { break }
            for record in records where record.sequence > covered {
                scanned += 1
                guard record.sequence < query.before ?? .max, let facts = RecordFacts(record.line),
                    query.filter.matches(facts)
                else { continue }
                newest.append(
                    QueryAnswer.Found(
                        sequence: record.sequence, line: record.line,
                        leaf: MerkleTree.leafHash(of: record.line)))
                if newest.count >= query.limit * 2 {
                    newest.removeFirst(newest.count - query.limit - 1)
                }
            }
        }
        var found = Array(newest.reversed().prefix(query.limit + 1))
        if let index, found.count <= query.limit {
            try search(query, index.store, index.blocks, into: &found)
        }
        let isMore = found.count > query.limit
        if isMore { found.removeLast(found.count - query.limit) }
        return QueryAnswer(
            records: found, size: tail.place.size, next: isMore ? found.last?.sequence : nil,
            scanned: scanned)
    }

    private static func next(_ tail: inout LogTail) throws(ExportError) -> [TailedRecord] {
        do throws(AuditError) {
            return try tail.next()
        } catch {
            throw .log(error)
        }
    }

    private func tail(
        behind index: (store: IndexStore, blocks: Int)?
    ) throws(ExportError) -> LogTail {
        guard let index, index.blocks > 0 else { return LogTail(directory: directory, from: 1) }
        guard let block = try index.store.head(index.blocks - 1),
            block.resume.size <= UInt64(index.blocks * ExportLimits.blockRecords)
        else { throw .index("block \(index.blocks - 1) is missing") }
        return LogTail(directory: directory, behind: block.resume)
    }

    private func search(
        _ query: RecordQuery, _ store: IndexStore, _ blocks: Int,
        into found: inout [QueryAnswer.Found]
    ) throws(ExportError) {
        let before = query.before ?? .max
        let last = min(
            UInt64(blocks), (before - 1) / UInt64(ExportLimits.blockRecords) + 1)
        var limit = Int(last)
        while limit > 0, found.count <= query.limit {
            let candidates = try store.candidates(query.filter, before: limit)
            for (id, positions) in candidates where found.count <= query.limit {
                try read(query, block: id, positions: positions, in: store, into: &found)
            }
            if candidates.count < ExportLimits.candidateBlocks { return }
            limit = candidates.last?.id ?? 0
        }
    }

    private func read(
        _ query: RecordQuery, block id: Int, positions: [UInt64]?, in store: IndexStore,
        into found: inout [QueryAnswer.Found]
    ) throws(ExportError) {
        guard let block = try store.head(id),
            block.first == UInt64(id * ExportLimits.blockRecords) + 1
        else { throw ExportError.index("block \(id) is not what its number says") }
        let places = BlockPlaces(block)
        var reader = RecordReader(directory: directory)
        let all = positions ?? (0..<UInt64(block.count)).map { $0 }
        for position in all.reversed() {
            let sequence = block.first + position
            if sequence >= query.before ?? .max { continue }
            guard let (line, leaf) = places.line(at: Int(position), &reader),
                let facts = RecordFacts(line)
            else { throw ExportError.index("record \(sequence) is not where the index says") }
            if !query.filter.matches(facts) {
                if isListed(facts, query.filter) { continue }
                throw ExportError.index("record \(sequence) is not what the index says")
            }
            found.append(QueryAnswer.Found(sequence: sequence, line: line, leaf: leaf))
            if found.count > query.limit { return }
        }
    }

    /// Whether all that the index lists fits, so that only the time does not.
    private func isListed(_ facts: RecordFacts, _ filter: RecordFilter) -> Bool {
        IndexDimension.allCases.allSatisfy { dimension in
            guard let asked = dimension.value(of: filter) else { return true }
            return dimension.value(of: facts) == asked
        }
    }
}
