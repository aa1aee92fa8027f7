/// Reads a full segment back and proves it against the tree that it goes on from.
struct SegmentProof {
    let system: any FileSystem
    let path: String
    let form: SegmentForm
    let segment: KnownSegment

    enum Verdict {
        /// It holds what was written; what a seal tells of it, and the file as it was meanwhile.
        case whole(SegmentScanner, SegmentChanges, FileFacts)
        case broken(line: Int, reason: String)
        /// The pace ended it, or the file changed under it.
        case interrupted
    }

    func prove(pace: @escaping (Int) -> Bool) throws(FileFault) -> Verdict {
        let file = try OpenSegment(path, form, system: system)
        let before = try file.facts()
        let source = PacedBytes(base: file, pace: pace)
        var scanner = SegmentScanner(continuing: segment.start)
        var visitor = ChangeVisitor(changes: SegmentChanges(from: scanner.firstSequence))
        let end: ScanEnd
        do throws(FileFault) {
            end = try scanner.scan(source, visitor: &visitor)
        } catch {
            if error == PacedBytes.ended { return .interrupted }
            throw error
        }
        if case .broken(let line, let reason) = end { return .broken(line: line, reason: reason) }
        guard scanner.lastCommit == segment.commit else {
            return .broken(line: 1, reason: "it holds other records than were written")
        }
        // A packed one takes the place of what was written, to the byte.
        guard form == .plain || scanner.committed.offset == segment.end else {
            return .broken(line: 1, reason: "it unpacks to other bytes than were packed")
        }
        guard try file.facts() == before else { return .interrupted }
        return .whole(scanner, visitor.changes, before)
    }
}

/// Collects the changes of a segment.
private struct ChangeVisitor: ScanVisitor {
    var changes: SegmentChanges
    private var pending: [ReplayedRecord] = []

    init(changes: SegmentChanges) { self.changes = changes }

    mutating func record(_ line: UnsafeRawBufferPointer, sequence: UInt64, body: Int) {
        if ReplayVisitor.isOfInterest(line, body: body) {
            pending.append(ReplayedRecord(sequence: sequence, line: Array(line)))
        }
    }

    mutating func commit(_ line: CommitLine, time: Int64) {
        for record in pending { changes.take(record) }
        pending.removeAll(keepingCapacity: true)
    }

    mutating func forget() { pending.removeAll(keepingCapacity: true) }
}

/// Bytes that are read as slowly as somebody says.
private struct PacedBytes: ByteSource {
    let base: OpenSegment
    let pace: (Int) -> Bool

    static let ended = FileFault(operation: "go on", path: "", errno: 0)

    func read(
        at offset: Int64, into bytes: UnsafeMutableRawBufferPointer
    ) throws(FileFault) -> Int {
        let count = try base.read(at: offset, into: bytes)
        guard pace(count) else { throw Self.ended }
        return count
    }
}
