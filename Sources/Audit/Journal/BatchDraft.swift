import StrictJSON

/// The bytes of one batch while the committer makes them, and the tree they lead to.
///
/// Nothing of it counts until the bytes are durable; then the writer takes over tree and time.
struct BatchDraft {
    private let firstSize: UInt64
    /// The first sequence of the segment that the batch stands in.
    private let segment: UInt64
    private(set) var tree: MerkleTree
    private(set) var lastTime: Int64
    private var stamp: Timestamp
    /// One spare byte, then the lines.
    ///
    /// The byte before a line serves as its 0x00 leaf prefix.
    private(set) var bytes: [UInt8]
    /// The hashes of the records, in their order.
    private(set) var leaves: ContiguousArray<LeafHash> = []
    private var timeText: [UInt8] = []
    /// Records that others of their series can name, once they are durable.
    private var named: [(template: RecordTemplate, sequence: UInt64)] = []

    init(
        tree: MerkleTree, segment: UInt64, lastTime: Int64, stamp: Timestamp,
        buffer: consuming [UInt8]
    ) {
        self.segment = segment
        self.tree = tree
        firstSize = tree.size
        self.lastTime = lastTime
        self.stamp = stamp
        bytes = buffer
        bytes.removeAll(keepingCapacity: true)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Sets the time of the records that follow; it never goes back.
    mutating func advance(to nowNanoseconds: Int64) {
        lastTime = max(lastTime, nowNanoseconds)
        timeText.removeAll(keepingCapacity: true)
        timeText.append(#","time":""#)
        stamp.append(lastTime, to: &timeText)
        timeText.append(#"","#)
    }

    /// Adds a record line and gives its sequence and leaf hash.
    ///
    /// - Parameters:
    ///   - rest: The line behind the time.
    ///   - other: The record that says what a line in brief leaves out.
    /// - Returns: Its place and hash.
    mutating func add(
        _ rest: UnsafeRawBufferPointer, as other: UInt64? = nil
    ) -> (sequence: UInt64, leaf: LeafHash) {
        let sequence = tree.size + 1
        let start = bytes.count
        bytes.append(#"{"seq":"#)
        bytes.append(decimal: sequence)
        bytes.append(contentsOf: timeText)
        bytes.append(contentsOf: rest)
        if let other {
            bytes.append(decimal: other)
            bytes.append("}")
        }
        let leaf = hashLine(from: start)
        bytes.append(UInt8(ascii: "\n"))
        tree.append(leaf)
        leaves.append(leaf)
        return (sequence, leaf)
    }

    mutating func add(_ rest: [UInt8]) {
        rest.withUnsafeBytes { _ = add($0) }
    }

    /// Adds all of a lane's records and notes what the lane will be told.
    mutating func add(_ batch: LaneBatch) {
        advance(to: batch.nowNanoseconds)
        batch.nowNanoseconds = lastTime
        batch.sealed = []
        batch.sealed.reserveCapacity(batch.entries.count)
        batch.bytes.withUnsafeBytes { all in
            for entry in batch.entries {
                let (sequence, leaf) = add(entry, of: all)
                guard entry.isAwaited else { continue }
                batch.sealed.append(
                    SealedRecord(
                        sequence: sequence, leafHash: leaf, decisionID: entry.decisionID))
            }
        }
    }

    private mutating func add(
        _ entry: LaneBatch.Entry, of all: UnsafeRawBufferPointer
    ) -> (sequence: UInt64, leaf: LeafHash) {
        let end = entry.start + entry.count
        let other = entry.template?.sequence(inSegment: segment)
        let range = other == nil ? entry.start..<end : end..<end + entry.briefCount
        let added = add(UnsafeRawBufferPointer(rebasing: all[range]), as: other)
        if other == nil, let template = entry.template {
            named.append((template, added.sequence))
        }
        return added
    }

    /// Lets others name the records of the batch; called once it is durable.
    func letName() {
        for (template, sequence) in named { template.stands(at: sequence, inSegment: segment) }
    }

    /// Closes the batch with its commit line and gives the line.
    mutating func seal() -> CommitLine {
        let commit = CommitLine(
            size: tree.size, root: tree.root, records: tree.size - firstSize)
        commit.append(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return commit
    }

    func withLines<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[1...])) }
    }

    private mutating func hashLine(from start: Int) -> LeafHash {
        bytes.withUnsafeMutableBytes { block in
            let before = block[start - 1]
            block[start - 1] = 0
            defer { block[start - 1] = before }
            return TreeHasher.leaf(
                prefixed: UnsafeRawBufferPointer(rebasing: block[(start - 1)...]))
        }
    }
}
