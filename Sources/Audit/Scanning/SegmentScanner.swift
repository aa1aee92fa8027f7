/// How the scan of a segment ended.
enum ScanEnd: Equatable {
    /// Behind the last commit line there are only blank lines.
    case clean
    /// Something else stands behind the last good commit line; the line and what is wrong with it.
    case broken(line: Int, reason: String)
}

/// Sees the records of a segment; `record` before they are proved, `commit` after.
protocol ScanVisitor {
    mutating func record(_ line: UnsafeRawBufferPointer, sequence: UInt64, body: Int)
    /// `time` is that of the batch's last record, nanoseconds since 1970.
    mutating func commit(_ line: CommitLine, time: Int64)
    mutating func forget()
}

/// Sees nothing.
struct NoVisitor: ScanVisitor {
    mutating func record(_ line: UnsafeRawBufferPointer, sequence: UInt64, body: Int) {}
    mutating func commit(_ line: CommitLine, time: Int64) {}
    mutating func forget() {}
}

/// Checks one segment line by line against the tree that the segments before it lead to.
///
/// After any end, `tree`, `committed` and `lastCommit` are those of the last good commit line, and
/// a new scan can go on from there.
struct SegmentScanner {
    let firstSequence: UInt64
    private(set) var tree: MerkleTree
    private(set) var committed = ScanPosition()
    private(set) var lastCommit: CommitLine?
    private(set) var lastTime: Int64 = 0

    init(continuing tree: MerkleTree) {
        self.tree = tree
        firstSequence = tree.size + 1
    }

    /// Reads from the last good commit line to the end of the file.
    mutating func scan(
        _ source: any ByteSource, visitor: inout some ScanVisitor
    ) throws(FileFault) -> ScanEnd {
        visitor.forget()
        let reader = LineReader(source, from: committed)
        do throws(FileFault) {
            return try scan(reader, source, visitor: &visitor)
        } catch {
            guard let damage = error.damage else { throw error }
            return .broken(line: reader.lines + 1, reason: damage)
        }
    }

    private mutating func scan(
        _ reader: LineReader, _ source: any ByteSource, visitor: inout some ScanVisitor
    ) throws(FileFault) -> ScanEnd {
        var batch = ScannedBatch(tree: tree)
        while let line = try reader.next() {
            var problem: String?
            if CommitLine.claims(line.bytes) {
                problem = batch.close(line)
                if problem == nil { accept(&batch, line, visitor: &visitor) }
            } else {
                problem = add(line, to: &batch, visitor: &visitor)
            }
            if let problem {
                return try name(problem, batch: batch, line: line, source: source)
            }
        }
        guard let first = batch.firstLine else { return .clean }
        return .broken(line: first, reason: "records without a commit line")
    }

    private mutating func accept(
        _ batch: inout ScannedBatch, _ line: ScannedLine, visitor: inout some ScanVisitor
    ) {
        tree = batch.tree
        let commit = batch.commit
        lastCommit = commit
        if let time = batch.lastTime { lastTime = time }
        committed = ScanPosition(offset: line.end, linesBefore: line.number)
        batch = ScannedBatch(tree: tree)
        if let commit { visitor.commit(commit, time: lastTime) }
    }

    /// Takes a record into the batch, or says what is wrong with it.
    private func add(
        _ line: ScannedLine, to batch: inout ScannedBatch, visitor: inout some ScanVisitor
    ) -> String? {
        let sequence = batch.tree.size + 1
        guard line.isTerminated else {
            return line.bytes.count > Limits.lineBytesMax
                ? "the line is too long" : "the line has no end"
        }
        guard let body = RecordLine.body(of: line.bytes, sequence: sequence) else {
            return RecordLine.problem(with: line.bytes, sequence: sequence)
                ?? "neither a record nor a commit line"
        }
        let links = sequence != firstSequence || Self.isHeader(line.bytes, body: body, of: tree)
        guard links else { return "the segment's first record does not continue the log" }
        batch.add(line, body: body)
        visitor.record(line.bytes, sequence: sequence, body: body)
        return nil
    }

    /// Whether a line is the first of the segment that continues a tree.
    static func isHeader(
        _ line: UnsafeRawBufferPointer, body: Int, of tree: MerkleTree
    ) -> Bool {
        var link: [UInt8] = []
        SegmentHeader.appendLink(size: tree.size, root: tree.root, to: &link)
        guard line.count - body > link.count else { return false }
        return link.elementsEqual(line[body..<body + link.count])
    }

    /// Names the first line of the batch that is broken by itself, else the line given.
    private func name(
        _ problem: String, batch: ScannedBatch, line: ScannedLine,
        source: any ByteSource
    ) throws(FileFault) -> ScanEnd {
        let failing = line.number
        let failingOffset = line.offset
        let reader = LineReader(source, from: committed)
        var sequence = tree.size
        while let earlier = try reader.next(), earlier.offset < failingOffset {
            sequence += 1
            if let own = RecordLine.problem(with: earlier.bytes, sequence: sequence) {
                return .broken(line: earlier.number, reason: own)
            }
        }
        guard problem == ScannedBatch.rootMismatch, let first = batch.firstLine else {
            return .broken(line: failing, reason: problem)
        }
        return .broken(
            line: first,
            reason: "lines \(first) to \(failing - 1) do not match the root in line \(failing)")
    }
}

/// The records since the last good commit line.
struct ScannedBatch {
    static let rootMismatch = "the root does not match"

    private(set) var tree: MerkleTree
    private(set) var commit: CommitLine?
    private let firstSize: UInt64
    private(set) var firstLine: Int?
    private(set) var lastTime: Int64?
    private var lastFront: [UInt8] = []

    init(tree: MerkleTree) {
        self.tree = tree
        firstSize = tree.size
    }

    mutating func add(_ line: ScannedLine, body: Int) {
        if firstLine == nil { firstLine = line.number }
        tree.append(TreeHasher.leaf(line.bytes))
        lastFront.removeAll(keepingCapacity: true)
        lastFront.append(contentsOf: UnsafeRawBufferPointer(rebasing: line.bytes[..<body]))
    }

    /// Checks the commit line of the batch and says what is wrong.
    mutating func close(_ line: ScannedLine) -> String? {
        guard line.isTerminated, let commit = CommitLine.parse(line.bytes) else {
            return "the commit line is not canonical"
        }
        guard firstLine != nil else { return "a commit line without records" }
        guard commit.size == tree.size else {
            return "the commit line counts \(commit.size) records, the log \(tree.size)"
        }
        let count = tree.size - firstSize
        guard commit.records == count else {
            return "the commit line is for \(commit.records) records, \(count) stand before it"
        }
        if commit.root != tree.root { return Self.rootMismatch }
        self.commit = commit
        lastTime = lastFront.withUnsafeBytes { RecordLine.time(of: $0, body: $0.count) }
        return nil
    }
}
