internal import Audit
internal import Crypto

/// One export: the records that fit a filter in a format, and the proof that none was left out unseen.
///
/// The proof counts every record of the log up to the export's size: exported ones and left-out ones by their leaf hash, those
/// outside the time asked for by the roots of full subtrees. So the tree's root can be computed from the proof, and what
/// was left out can be asked for by its number.
public struct RecordExport: ~Copyable {
    /// Bytes of the export and of its proof.
    public struct Chunk: Sendable {
        /// The next bytes of the export.
        public var records: [UInt8] = []
        /// The next bytes of the proof.
        public var proof: [UInt8] = []
    }

    private let filter: RecordFilter
    private let format: ExportFormat
    private let end: TailPlace
    private let directory: String
    private var tail: LogTail
    private var tree = MerkleRange()
    private var outside = MerkleRange()
    private var first: UInt64 = 0
    private var last: UInt64 = 0
    private var counts = ExportCounts()
    private var hash = SHA256()
    private var state = State.head

    private enum State {
        case head
        case records
        case done
    }

    /// Starts an export of the log as it is now, or as it was at a size.
    ///
    /// - Throws: ``ExportError/invalid(parameter:why:)`` if the log never had that size, `.log`.
    public init(
        directory: String, filter: RecordFilter, format: ExportFormat, size: UInt64? = nil
    ) throws(ExportError) {
        let end = try Self.end(directory, size: size)
        let removed = try Self.removed(directory)
        self.end = end
        limit = size ?? end.size
        self.directory = directory
        self.filter = filter
        self.format = format
        tail = LogTail(directory: directory, from: 1)
        // What retention removed is outside every time that can be asked for.
        for subtree in removed {
            _ = tree.append(subtree)
            _ = outside.append(subtree)
        }
        counts.outside = tree.end
    }

    private static func removed(
        _ directory: String
    ) throws(ExportError) -> [MerkleRange.Subtree] {
        do throws(AuditError) {
            return try LogTail.prunedSubtrees(directory: directory)
        } catch {
            throw .log(error)
        }
    }

    private static func end(_ directory: String, size: UInt64?) throws(ExportError) -> TailPlace {
        let end: TailPlace
        do throws(AuditError) {
            end = try LogTail.end(directory: directory)
        } catch {
            throw .log(error)
        }
        if end.size == 0 { throw .file(path: directory, why: "there is no log") }
        if let size, size == 0 || size > end.size {
            throw .invalid(parameter: "size", why: "is not 1 to \(end.size), the log's size")
        }
        return end
    }

    /// The number of records of the log that the export is about.
    public let limit: UInt64

    /// The number of records that a log has now.
    ///
    /// - Throws: ``ExportError/log(_:)``, `.file` if there is no log.
    public static func size(directory: String) throws(ExportError) -> UInt64 {
        try end(directory, size: nil).size
    }

    /// How many records were exported and left out so far.
    public var progress: ExportCounts { counts }

    /// The next part, or nil when all is there.
    ///
    /// - Throws: ``ExportError/log(_:)``, ``ExportError/damaged(file:line:why:)`` if the log's own root disagrees.
    public mutating func next() throws(ExportError) -> Chunk? {
        switch state {
        case .head:
            state = .records
            return head()
        case .records: return try records()
        case .done: return nil
        }
    }

    private mutating func head() -> Chunk {
        var chunk = Chunk()
        chunk.records = format.header
        hash.update(data: chunk.records)
        let lines = ["maxine-export-proof 1", "format \(format.rawValue)", "filter \(filter.json)"]
        chunk.proof = Array((lines.joined(separator: "\n") + "\n").utf8)
        return chunk
    }

    private mutating func records() throws(ExportError) -> Chunk? {
        let records: [TailedRecord]
        do throws(AuditError) {
            records = try tail.next()
        } catch {
            throw .log(error)
        }
        var chunk = Chunk()
        for record in records where record.sequence <= limit { add(record, to: &chunk) }
        hash.update(data: chunk.records)
        if tree.end >= limit { return try finish(chunk) }
        guard !records.isEmpty else {
            throw .damaged(
                file: directory, line: 0,
                why: "the log ends at record \(tree.end), \(limit) were there before")
        }
        return chunk
    }

    private mutating func add(_ record: TailedRecord, to chunk: inout Chunk) {
        let leaf = MerkleTree.leafHash(of: record.line)
        tree.append(leaf)
        let facts = RecordFacts(record.line)
        let time = facts?.nanoseconds ?? 0
        if time < filter.from ?? .min || time >= filter.to ?? .max {
            outside.append(leaf)
            counts.outside += 1
            return
        }
        flushOutside(to: &chunk)
        if first == 0 { first = record.sequence }
        last = record.sequence
        outside = MerkleRange(from: record.sequence)
        if let facts, filter.matches(facts), let event = event(record) {
            counts.exported += 1
            format.append(event, to: &chunk.records)
            chunk.proof += Array("i \(leaf.base64)\n".utf8)
        } else {
            counts.leftOut += 1
            chunk.proof += Array("x \(leaf.base64)\n".utf8)
        }
    }

    private func event(_ record: TailedRecord) -> AuditEvent? { AuditEvent(line: record.line) }

    private mutating func flushOutside(to chunk: inout Chunk) {
        for subtree in outside.subtrees {
            chunk.proof += Array("t \(subtree.level) \(subtree.hash.base64)\n".utf8)
        }
        outside = MerkleRange(from: outside.end)
    }

    private mutating func finish(_ chunk: consuming Chunk) throws(ExportError) -> Chunk {
        state = .done
        guard let root = tree.root else { return chunk }
        if limit == end.size, let known = end.root, known != root {
            throw .damaged(
                file: directory, line: 0,
                why:
                    "the records' root is \(root.base64), the last commit line says \(known.base64)"
            )
        }
        flushOutside(to: &chunk)
        let digest = Array(hash.finalize()).map { Hexadecimal.text($0) }.joined()
        let lines = [
            "size \(limit)", "root \(root.base64)", "range \(first) \(last)",
            "exported \(counts.exported)", "left-out \(counts.leftOut)",
            "outside \(counts.outside)", "sha256 \(digest)",
        ]
        chunk.proof += Array((lines.joined(separator: "\n") + "\n").utf8)
        return chunk
    }
}

/// How many records an export holds, leaves out, and has outside the time asked for.
public struct ExportCounts: Sendable, Equatable {
    /// The records of the export.
    public var exported: UInt64 = 0
    /// The records within the time asked for that do not fit the filter.
    public var leftOut: UInt64 = 0
    /// The records before and after the time asked for.
    public var outside: UInt64 = 0
}

/// Lower-case hexadecimal digits.
enum Hexadecimal {
    static func text(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.utf8.count == 1 ? "0" + digits : digits
    }

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { text($0) }.joined()
    }
}
