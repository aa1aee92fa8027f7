/// Writes batches at the end of the log.
///
/// INVARIANT: used by one thread at a time, under the journal's writer lock.
/// Nothing changes before a batch is durable, so giving up is only closing the file.
final class LogWriter {
    /// The end of what is acknowledged.
    struct Acknowledged {
        var segmentName: String
        var end: Int64
        var commit: CommitLine
    }

    let system: any FileSystem
    let layout: LogLayout
    let configuration: JournalConfiguration
    /// Gets the hashes of what is durable.
    let leaves: LeafQueue
    private(set) var tree: MerkleTree
    private(set) var acknowledged: Acknowledged?
    private(set) var segment: ActiveSegment?
    /// A segment that was being created when writing failed; nothing in it is acknowledged.
    var unacknowledgedSegment: String?
    private var lastTime: Int64
    private var lastClock: Int64
    private var stamp = Timestamp()
    private var buffer: [UInt8] = []

    init(
        system: any FileSystem, configuration: JournalConfiguration, tree: MerkleTree,
        lastTime: Int64, leaves: LeafQueue = LeafQueue()
    ) {
        self.leaves = leaves
        self.system = system
        self.configuration = configuration
        layout = LogLayout(directory: configuration.directory)
        self.tree = tree
        self.lastTime = lastTime
        lastClock = lastTime
    }

    /// Goes on in a segment that was verified up to `acknowledged.end`.
    func resume(_ segment: ActiveSegment, acknowledged: Acknowledged) {
        self.segment = segment
        self.acknowledged = acknowledged
    }

    /// Makes all records durable and gives the segment that is full now, to be closed.
    ///
    /// On a fault nothing is acknowledged and the file must be given up.
    func commit(
        _ batches: [LaneBatch], system records: [[UInt8]] = [], nowNanoseconds: Int64,
        inNewSegment: Bool = false
    ) throws(FileFault) -> RetiredSegment? {
        var spare: [UInt8] = []
        swap(&spare, &buffer)
        let startsSegment = inNewSegment || needsSegment
        let start = startsSegment ? tree.size : segment?.start.size ?? tree.size
        var draft = BatchDraft(
            tree: tree, segment: start + 1, lastTime: lastTime, stamp: stamp,
            buffer: consume spare)
        defer { buffer = draft.bytes }
        draft.advance(to: nowNanoseconds)
        if startsSegment {
            var header: [UInt8] = []
            SegmentHeader.append(
                tree: tree, bootID: configuration.bootID, fillBytes: configuration.fillBytes,
                to: &header)
            draft.add(header)
        }
        for record in records { draft.add(record) }
        for batch in batches { draft.add(batch) }
        addClockRecord(nowNanoseconds, to: &draft)
        let line = draft.seal()
        let retired = startsSegment ? written : nil
        if startsSegment {
            try retired?.segment.seal(at: retired?.end ?? 0, through: system)
            try writeNewSegment(draft, line)
        } else {
            try overwrite(draft, line)
        }
        draft.letName()
        leaves.add(draft.leaves, after: tree.size)
        tree = draft.tree
        lastTime = draft.lastTime
        lastClock = nowNanoseconds
        return retired
    }

    /// The segment being written, as it would be left now.
    var written: RetiredSegment? {
        guard let segment, let acknowledged else { return nil }
        return RetiredSegment(
            segment: segment, end: acknowledged.end, commit: acknowledged.commit)
    }

    /// Gives up the file after a fault: it is closed and never synced again.
    func abandon() {
        if let segment { system.close(segment.file) }
        segment = nil
    }

    private var needsSegment: Bool {
        guard segment != nil, let acknowledged else { return true }
        return acknowledged.end >= configuration.segmentBytesMax
    }

    private func addClockRecord(_ now: Int64, to draft: inout BatchDraft) {
        if now < lastClock - Limits.clockStepNanosecondsMax {
            draft.add(SystemRecord.clockStep(from: lastClock, to: now))
        }
    }

    private func overwrite(_ draft: BatchDraft, _ line: CommitLine) throws(FileFault) {
        guard let segment, var next = acknowledged else { return }
        let start = next.end
        let outcome = draft.withLines { lines in
            Result { () throws(FileFault) in
                try segment.write(lines, at: start, through: system)
            }
        }
        try outcome.get()
        try system.sync(segment.file)
        next.end += Int64(draft.bytes.count - 1)
        next.commit = line
        acknowledged = next
    }

    private func writeNewSegment(_ draft: BatchDraft, _ line: CommitLine) throws(FileFault) {
        let name = SegmentName.make(firstSequence: tree.size + 1)
        let path = layout.segment(name)
        unacknowledgedSegment = name
        let file = try system.open(path, .create)
        let bytes = Int64(draft.bytes.count - 1)
        let facts: FileFacts
        do {
            let outcome = draft.withLines { lines in
                Result { () throws(FileFault) in try system.writeWhole(lines, to: file, at: 0) }
            }
            try outcome.get()
            try system.sync(file)
            try system.syncFolder(layout.segments)
            facts = try system.facts(of: file)
        } catch {
            system.close(file)
            throw error
        }
        unacknowledgedSegment = nil
        segment = ActiveSegment(
            name: name, path: path, file: file, facts: facts, start: tree, ready: bytes)
        acknowledged = Acknowledged(segmentName: name, end: bytes, commit: line)
    }
}
