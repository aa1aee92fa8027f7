import StrictJSON

/// The bytes of one batch while the committer makes them, and the tree they lead to.
///
/// Nothing of it counts until the bytes are durable; then the writer takes over tree and time.
struct BatchDraft {
    private let firstSize: UInt64
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

    init(tree: MerkleTree, lastTime: Int64, stamp: Timestamp, buffer: consuming [UInt8]) {
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
    mutating func add(_ rest: UnsafeRawBufferPointer) -> (sequence: UInt64, leaf: LeafHash) {
        let sequence = tree.size + 1
        let start = bytes.count
        bytes.append(#"{"seq":"#)
        bytes.append(decimal: sequence)
        bytes.append(contentsOf: timeText)
        bytes.append(contentsOf: rest)
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
                let rest = all[entry.start..<entry.start + entry.count]
                let (sequence, leaf) = add(UnsafeRawBufferPointer(rebasing: rest))
                guard entry.isAwaited else { continue }
                batch.sealed.append(
                    SealedRecord(
                        sequence: sequence, leafHash: leaf, decisionID: entry.decisionID))
            }
        }
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
