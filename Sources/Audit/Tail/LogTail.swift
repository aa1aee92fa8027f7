/// A committed record as it stands in the log.
public struct TailedRecord: Sendable, Equatable {
    /// The record's place in the log.
    public var sequence: UInt64
    /// The line without its newline.
    public var line: [UInt8]
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
    private var patience = Limits.liveRetriesMax * 4
    /// A packed segment stays open, since going back in it would unpack it anew.
    private var packed: (first: UInt64, bytes: OpenSegment)?

    /// Starts at a sequence, which need not exist yet.
    public init(directory: String, from sequence: UInt64) {
        self.init(directory: directory, from: sequence, system: PosixFileSystem())
    }

    package init(directory: String, from sequence: UInt64, system: any FileSystem) {
        self.system = system
        layout = LogLayout(directory: directory)
        first = sequence
    }

    /// The next committed records, at least a batch if there is one; empty if nothing is new.
    ///
    /// - Throws: `AuditError.io`, or `.damaged` if the log stays unreadable for many calls.
    public mutating func next() throws(AuditError) -> [TailedRecord] {
        var records: [TailedRecord] = []
        while records.count < Limits.tailRecordsMax {
            let names = try segments()
            if segment == nil { start(in: names) }
            guard let segment else { return [] }
            do throws(FileFault) {
                if let problem = try read(segment, into: &records) {
                    try lookAgain(at: problem, of: segment)
                    return records
                }
            } catch {
                throw error.asAuditError
            }
            guard size >= segment, names.contains(size + 1) else { return records }
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

    private func segments() throws(AuditError) -> [UInt64] {
        do throws(FileFault) {
            return try (folder.contents()?.segments ?? []).compactMap(SegmentName.parse)
        } catch {
            throw error.asAuditError
        }
    }

    private mutating func start(in names: [UInt64]) {
        // Where what was asked for was taken away, the oldest that is left comes first.
        guard let last = names.last(where: { $0 <= max(first, 1) }) ?? names.first else { return }
        segment = last
        size = last - 1
    }

    /// Reads whole batches; gives the line that can't be read, if there is one.
    private mutating func read(
        _ segment: UInt64, into records: inout [TailedRecord]
    ) throws(FileFault) -> Int? {
        let reader = LineReader(try open(segment), from: position)
        var batch: [TailedRecord] = []
        var sequence = size
        while records.count < Limits.tailRecordsMax, let line = try reader.next() {
            guard line.isTerminated else { return line.number }
            if let commit = CommitLine.parse(line.bytes) {
                guard commit.size == sequence else { return line.number }
                records += batch
                batch = []
                size = sequence
                position = ScanPosition(offset: line.end, linesBefore: line.number)
                patience = Limits.liveRetriesMax * 4
            } else {
                sequence += 1
                guard RecordLine.sequence(of: line.bytes) == sequence else { return line.number }
                if sequence >= first {
                    batch.append(TailedRecord(sequence: sequence, line: Array(line.bytes)))
                }
            }
        }
        return nil
    }

    private var folder: SegmentFolder { SegmentFolder(system: system, layout: layout) }

    private mutating func open(_ segment: UInt64) throws(FileFault) -> OpenSegment {
        if let packed, packed.first == segment { return packed.bytes }
        let bytes = try folder.open(SegmentName.make(firstSequence: segment))
        packed = bytes.form == .packed ? (segment, bytes) : nil
        return bytes
    }

    private mutating func lookAgain(at line: Int, of segment: UInt64) throws(FileFault) {
        patience -= 1
        if patience > 0 { return }
        let name = SegmentName.make(firstSequence: segment)
        throw FileFault(
            operation: "read line \(line) of", path: layout.segment(name),
            errno: PosixFileSystem.inputOutput)
    }
}
