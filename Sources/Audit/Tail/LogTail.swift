/// A committed record as it stands in the log.
public struct TailedRecord: Sendable, Equatable {
    /// The record's place in the log.
    public var sequence: UInt64
    /// The line without its newline.
    public var line: [UInt8]
    /// The first sequence of the segment it stands in.
    public var segment: UInt64
    /// Where the line begins in the segment.
    public var offset: Int64
}

/// The end of what a tail has read: behind a commit line, and what that line says.
public struct TailPlace: Sendable, Equatable {
    /// The number of records before it.
    public var size: UInt64
    /// The tree's root over them, if a commit line was read.
    public var root: TreeHash?
    /// The first sequence of the segment, and the byte and line in it.
    package var segment: UInt64
    package var offset: Int64
    package var linesBefore: Int

    package init(
        size: UInt64, root: TreeHash? = nil, segment: UInt64, offset: Int64, linesBefore: Int
    ) {
        self.size = size
        self.root = root
        self.segment = segment
        self.offset = offset
        self.linesBefore = linesBefore
    }
}

/// Follows the records of a log, also while it is written; never past the last commit line.
///
/// A tail reads; it doesn't prove. `LogVerifier` does.
public struct LogTail: ~Copyable {
    private let system: any FileSystem
    private let layout: LogLayout
    private let first: UInt64
    /// The segment being read, by its first sequence, and the end of its last commit line seen.
    private var segment: UInt64?
    private var position = ScanPosition()
    private var size: UInt64 = 0
    private var root: TreeHash?
    private var patience = Limits.liveRetriesMax * 4

    /// Starts at a sequence, which need not exist yet.
    public init(directory: String, from sequence: UInt64) {
        self.init(directory: directory, from: sequence, system: PosixFileSystem())
    }

    package init(directory: String, from sequence: UInt64, system: any FileSystem) {
        self.system = system
        layout = LogLayout(directory: directory)
        first = sequence
    }

    /// Goes on behind a place that an earlier tail of the same log came to.
    package init(directory: String, behind place: TailPlace) {
        self.init(directory: directory, from: place.size + 1)
        segment = place.segment
        position = ScanPosition(offset: place.offset, linesBefore: place.linesBefore)
        size = place.size
        root = place.root
    }

    /// The end of what was read.
    public var place: TailPlace {
        TailPlace(
            size: size, root: root, segment: segment ?? 1, offset: position.offset,
            linesBefore: position.linesBefore)
    }

    /// The next committed records, at least a batch if there is one; empty if nothing is new.
    ///
    /// - Throws: `AuditError.io`, or `.damaged` if the log stays unreadable for many calls.
    public mutating func next() throws(AuditError) -> [TailedRecord] {
        var records: [TailedRecord] = []
        while records.count < Limits.tailRecordsMax {
            let names = try segments()
            if segment == nil { start(in: names) }
            guard let segment, let entry = names.first(where: { $0.firstSequence == segment })
            else { return [] }
            do throws(FileFault) {
                if let problem = try read(entry, into: &records) {
                    try lookAgain(at: problem, of: entry)
                    return records
                }
            } catch {
                // The file may just have been compressed: the next look finds its other form.
                patience -= 1
                if error.errno == PosixFileSystem.noFile, patience > 0 { return records }
                throw error.asAuditError
            }
            guard size >= segment, names.contains(where: { $0.firstSequence == size + 1 }) else {
                return records
            }
            self.segment = size + 1
            position = ScanPosition()
        }
        return records
    }

    /// The sequence of the last committed record of a log, 0 if there is none.
    public static func lastSequence(directory: String) throws(AuditError) -> UInt64 {
        var tail = LogTail(directory: directory, from: .max)
        _ = try tail.next()
        return tail.size
    }

    /// The end of the log: its size, and the root that its last commit line tells.
    public static func end(directory: String) throws(AuditError) -> TailPlace {
        var tail = LogTail(directory: directory, from: .max)
        _ = try tail.next()
        return tail.place
    }

    /// The subtrees of the records that retention removed from a log's beginning; none if nothing was.
    package static func prunedSubtrees(
        directory: String
    ) throws(AuditError) -> [MerkleRange.Subtree] {
        let layout = LogLayout(directory: directory)
        guard let pruned = try PrunedLog.read(system: PosixFileSystem(), layout: layout) else {
            return []
        }
        let size = pruned.tree.size
        let levels = (0..<63).filter { size >> UInt64($0) & 1 == 1 }
        return zip(levels, pruned.tree.fullSubtrees).reversed().map {
            MerkleRange.Subtree(level: $0.0, hash: $0.1)
        }
    }

    private func segments() throws(AuditError) -> [SegmentEntry] {
        try LogContents.list(system: system, layout: layout)?.segments ?? []
    }

    private mutating func start(in names: [SegmentEntry]) {
        let due = names.last { $0.firstSequence <= max(first, 1) }
        // A pruned log begins later than what was asked for.
        guard let begin = due ?? names.first else { return }
        segment = begin.firstSequence
        size = begin.firstSequence - 1
    }

    /// Reads whole batches; gives the line that can't be read, if there is one.
    private mutating func read(
        _ segment: SegmentEntry, into records: inout [TailedRecord]
    ) throws(FileFault) -> Int? {
        let file = try SegmentFile(segment, system: system, layout: layout)
        let reader = LineReader(file, from: position)
        var batch: [TailedRecord] = []
        var sequence = size
        while records.count < Limits.tailRecordsMax, let line = try reader.next() {
            guard line.isTerminated else { return line.number }
            if let commit = CommitLine.parse(line.bytes) {
                guard commit.size == sequence else { return line.number }
                records += batch
                batch = []
                size = sequence
                root = commit.root
                position = ScanPosition(offset: line.end, linesBefore: line.number)
                patience = Limits.liveRetriesMax * 4
            } else {
                sequence += 1
                guard RecordLine.sequence(of: line.bytes) == sequence else { return line.number }
                if sequence >= first {
                    batch.append(
                        TailedRecord(
                            sequence: sequence, line: Array(line.bytes),
                            segment: segment.firstSequence, offset: line.offset))
                }
            }
        }
        return nil
    }

    private mutating func lookAgain(at line: Int, of segment: SegmentEntry) throws(FileFault) {
        patience -= 1
        if patience > 0 { return }
        throw FileFault(
            operation: "read line \(line) of", path: layout.segment(segment.name),
            errno: PosixFileSystem.inputOutput)
    }
}
