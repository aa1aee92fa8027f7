/// Reads a log's committed records again from disk and proves them, never past the size asked for.
///
/// What it hands out was read from the file, not remembered: it is a second look at what the writer wrote.
struct LogFollower {
    private let system: any FileSystem
    private let layout: LogLayout
    private(set) var tree: MerkleTree
    private var segment: SegmentEntry?
    private var position = ScanPosition()

    /// Starts behind a tree whose size is the end of a segment.
    init(system: any FileSystem, layout: LogLayout, continuing tree: MerkleTree) {
        self.system = system
        self.layout = layout
        self.tree = tree
    }

    /// Reads whole commits up to a size, at most about `Limits.followRecordsMax` records a call.
    ///
    /// - Parameters:
    ///   - size: a size that is synced; not before the present one.
    ///   - see: gets each record's leaf hash and line, in order; what it got counts only if the call returns.
    /// - Throws: `AuditError.damaged` if what stands there is not what was committed, `.io`.
    mutating func advance(
        to size: UInt64, see: (LeafHash, UnsafeRawBufferPointer) -> Void
    ) throws(AuditError) {
        let start = tree.size
        while tree.size < size, tree.size - start < UInt64(Limits.followRecordsMax) {
            if segment == nil {
                segment = try entry(beginningAt: tree.size + 1)
                position = ScanPosition()
            }
            guard let current = segment else { throw missing() }
            let end: ReadEnd
            do throws(FileFault) {
                end = try read(current, to: size, start: start, see)
            } catch {
                throw error.asAuditError
            }
            switch end {
            case .reached: break
            case .endOfSegment: segment = nil
            case .broken(let line):
                throw .damaged(
                    file: layout.segment(current.name), line: line,
                    why: "this is not what was committed")
            }
            if segment == nil, tree.size < current.firstSequence { throw missing() }
        }
    }

    private func entry(beginningAt sequence: UInt64) throws(AuditError) -> SegmentEntry? {
        do throws(FileFault) {
            let names = try system.list(layout.segments) ?? []
            return SegmentName.entries(of: names).segments.first { $0.firstSequence == sequence }
        } catch {
            throw error.asAuditError
        }
    }

    private func missing() -> AuditError {
        .damaged(
            file: layout.segments, line: 0,
            why: "record \(tree.size + 1) was committed and is not in any segment")
    }

    /// How reading a segment ended.
    private enum ReadEnd {
        case reached
        case endOfSegment
        case broken(line: Int)
    }

    private mutating func read(
        _ segment: SegmentEntry, to size: UInt64, start: UInt64,
        _ see: (LeafHash, UnsafeRawBufferPointer) -> Void
    ) throws(FileFault) -> ReadEnd {
        let file = try SegmentFile(segment, system: system, layout: layout)
        let reader = LineReader(file, from: position)
        var next = tree
        while let line = try reader.next() {
            guard line.isTerminated else { return .broken(line: line.number) }
            if CommitLine.claims(line.bytes) {
                guard let commit = CommitLine.parse(line.bytes), commit.size == next.size,
                    commit.root == next.root
                else { return .broken(line: line.number) }
                tree = next
                position = ScanPosition(offset: line.end, linesBefore: line.number)
                if tree.size >= size || tree.size - start >= UInt64(Limits.followRecordsMax) {
                    return .reached
                }
            } else {
                guard RecordLine.body(of: line.bytes, sequence: next.size + 1) != nil else {
                    return .broken(line: line.number)
                }
                let leaf = TreeHasher.leaf(line.bytes)
                next.append(leaf)
                see(leaf, line.bytes)
            }
        }
        return next.size == tree.size ? .endOfSegment : .broken(line: position.linesBefore + 1)
    }
}
