/// What is known of a segment that is full and was read back whole: enough to go on behind it without reading it.
///
/// It is an end of the log, signed as every checkpoint, with lines of its own behind the three.
struct Seal: Sendable {
    /// The end of the log that the segment goes on from.
    let start: LogAnchor
    /// The tree at its end.
    let tree: MerkleTree
    /// The records of its last batch, as its last commit line counts them.
    let records: UInt64
    /// The time of its last record.
    let lastTime: Int64
    /// The last change of the catalogue in it; 0 where there is none.
    let lastOfCatalogue: UInt64
    /// The file's size, and when its bytes last changed.
    let file: SealedFile
    /// What a start has to see of it.
    let changes: SealedChanges

    /// A file as it was when it was read.
    struct SealedFile: Equatable, Sendable {
        var bytes: Int64
        var modified: Int64
        /// What it unpacks to; nil for one that is not packed.
        var unpackedBytes: Int64?

        init(bytes: Int64, modified: Int64, unpackedBytes: Int64? = nil) {
            self.bytes = bytes
            self.modified = modified
            self.unpackedBytes = unpackedBytes
        }

        init(_ segment: KnownSegment) {
            self.init(
                segment.facts, unpackedBytes: segment.form == .packed ? segment.end : nil)
        }

        init(_ facts: FileFacts, unpackedBytes: Int64?) {
            self.init(
                bytes: facts.size, modified: facts.modified, unpackedBytes: unpackedBytes)
        }

        var form: SegmentForm { unpackedBytes == nil ? .plain : .packed }

        /// Where the segment's last commit line ends.
        var end: Int64 { unpackedBytes ?? bytes }

        fileprivate var line: String {
            unpackedBytes.map { "packed \(bytes) \(modified) \($0)" } ?? "file \(bytes) \(modified)"
        }
    }

    /// The file of the records that a start has to see.
    struct SealedChanges: Equatable, Sendable {
        var bytes: Int64
        var digest: TreeHash

        init(bytes: Int64, digest: TreeHash) {
            self.bytes = bytes
            self.digest = digest
        }

        init(of lines: [UInt8]) {
            self.init(
                bytes: Int64(lines.count), digest: lines.withUnsafeBytes { TreeHasher.hash($0) })
        }
    }

    /// The segment's last commit line.
    var commit: CommitLine { CommitLine(size: tree.size, root: tree.root, records: records) }

    /// The name of the segment that it is of.
    var segment: String { SegmentName.make(firstSequence: start.size + 1) }

    /// Whether it is of the records of a segment, in whichever form that stands on disk.
    func isOf(_ segment: KnownSegment) -> Bool {
        start == segment.start.end && commit == segment.commit
    }

    /// Whether it tells just what is known of a segment.
    func tells(_ segment: KnownSegment, changes: SealedChanges) -> Bool {
        isOf(segment) && file.end == segment.end && file == SealedFile(segment)
            && self.changes == changes
    }
}

extension Seal {
    /// The lines that a checkpoint has behind its three.
    private var lines: String {
        let subtrees = tree.fullSubtrees.map(\.base64).joined(separator: " ")
        return """
            seal \(start.size) \(start.root.base64)
            \(file.line)
            last \(records) \(lastTime) \(lastOfCatalogue)
            changes \(changes.bytes) \(changes.digest.base64)
            subtrees \(subtrees)

            """
    }

    /// What is signed.
    func text(origin: String) -> [UInt8] {
        Checkpoint.text(origin: origin, tree.end) + Array(lines.utf8)
    }

    /// Reads what a checkpoint says; nil for one that is no seal, or of another form.
    init?(_ checkpoint: Checkpoint) { self.init(checkpoint.note) }

    /// Reads what a note says, whoever signed it.
    init?(_ note: SignedNote) {
        guard let (origin, end) = Checkpoint.parse(note.text) else { return nil }
        let text = String(decoding: note.text, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(3)
        let fields = lines.dropLast().map { $0.split(separator: " ") }
        guard fields.count == 5, (3...4).contains(fields[1].count),
            [fields[0].count, fields[2].count, fields[3].count] == [3, 4, 3],
            let startSize = UInt64(fields[0][1]),
            let startRoot = TreeHash(base64: String(fields[0][2])),
            let bytes = Int64(fields[1][1]), let modified = Int64(fields[1][2]),
            let records = UInt64(fields[2][1]), let lastTime = Int64(fields[2][2]),
            let lastOfCatalogue = UInt64(fields[2][3]),
            let changesBytes = Int64(fields[3][1]),
            let digest = TreeHash(base64: String(fields[3][2]))
        else { return nil }
        let subtrees = fields[4].dropFirst().compactMap { TreeHash(base64: String($0)) }
        guard let tree = MerkleTree(size: end.size, subtrees: subtrees),
            tree.root == end.root, startSize < tree.size
        else { return nil }
        start = LogAnchor(size: startSize, root: startRoot)
        self.tree = tree
        self.records = records
        self.lastTime = lastTime
        self.lastOfCatalogue = lastOfCatalogue
        file = SealedFile(
            bytes: bytes, modified: modified,
            unpackedBytes: fields[1].count == 4 ? Int64(fields[1][3]) : nil)
        changes = SealedChanges(bytes: changesBytes, digest: digest)
        guard self.text(origin: origin) == note.text else { return nil }
    }
}

extension MerkleTree {
    /// Its size and root.
    var end: LogAnchor { LogAnchor(size: size, root: root) }
}
