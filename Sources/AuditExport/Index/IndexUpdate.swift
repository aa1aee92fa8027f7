internal import Audit

/// Brings an index to the end of its log, checking each stored block against the log on the way.
///
/// A block that is missing, stale or forged is made anew, with all behind it.
struct IndexUpdate: ~Copyable {
    private let store: IndexStore
    private var tail: LogTail
    private var builder: IndexBlockBuilder
    private var place: TailPlace
    private(set) var checked = 0
    private var stored: Int
    /// How many stored blocks were not what the log says.
    private(set) var repaired = 0
    private var made: [(id: Int, block: IndexBlock)] = []

    /// Checks from the log's beginning.
    init(directory: String, store: IndexStore) throws(ExportError) {
        self.store = store
        tail = LogTail(directory: directory, from: 1)
        place = tail.place
        stored = try store.blockCount()
        builder = IndexBlockBuilder(first: 1)
    }

    /// Goes on behind the stored blocks without checking them.
    init(behind stored: Int, directory: String, store: IndexStore) throws(ExportError) {
        self.store = store
        self.stored = stored
        checked = stored
        builder = IndexBlockBuilder(first: UInt64(stored * ExportLimits.blockRecords) + 1)
        let last = stored > 0 ? try store.head(stored - 1) : nil
        tail =
            last.map { LogTail(directory: directory, behind: $0.resume) }
            ?? LogTail(directory: directory, from: 1)
        place = tail.place
    }

    /// Reads what one call of the tail gives; false if nothing is new.
    mutating func step() throws(ExportError) -> Bool {
        let before = tail.place
        let records: [TailedRecord]
        do throws(AuditError) {
            records = try tail.next()
        } catch {
            throw .log(error)
        }
        if records.isEmpty { return false }
        for record in records where record.sequence == builder.first + UInt64(builder.count) {
            builder.add(record)
            if builder.isFull { try close(resume: before) }
        }
        try flush()
        return true
    }

    private mutating func close(resume: TailPlace) throws(ExportError) {
        let id = checked
        let block = builder.block(resume: resume)
        if id < stored {
            let known = try store.block(id)
            if known?.digest != block.digest {
                try store.truncate(to: id)
                stored = id
                repaired += 1
            }
        }
        if id >= stored { made.append((id: id, block: block)) }
        checked += 1
        builder = IndexBlockBuilder(first: UInt64(checked * ExportLimits.blockRecords) + 1)
    }

    private mutating func flush() throws(ExportError) {
        guard !made.isEmpty else { return }
        try store.append(made)
        stored = max(stored, checked)
        made = []
    }

    /// Reads to the log's end; blocks beyond it are of another log and go.
    mutating func finish() throws(ExportError) {
        while try step() {}
        if stored > checked {
            try store.truncate(to: checked)
            repaired += 1
            stored = checked
        }
    }
}
