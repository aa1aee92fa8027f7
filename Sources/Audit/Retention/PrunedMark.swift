/// Up to where the segments of a log were taken away, signed: what starts and verifiers go on from.
///
/// It is an end of the log, signed as every checkpoint, with lines of its own behind the three. The seals of the segments that are gone stay,
/// and it holds the digest of all of them: so they are believed whoever signed them.
struct PrunedMark: Equatable, Sendable {
    /// The tree at the end of what is gone.
    let tree: MerkleTree
    /// The intent that says so, in what is left of the log.
    let record: UInt64
    /// The time of the last record that is gone.
    let lastTime: Int64
    /// The digest of the seals of all segments that are gone, in order.
    let seals: TreeHash

    /// The digest where nothing is gone.
    static let noSeals = TreeHasher.emptyRoot

    /// The digest with one more seal.
    static func digest(_ digest: TreeHash, with seal: [UInt8]) -> TreeHash {
        TreeHasher.node(digest, seal.withUnsafeBytes { TreeHasher.hash($0) })
    }

    static func == (left: PrunedMark, right: PrunedMark) -> Bool {
        left.tree.end == right.tree.end && left.record == right.record
            && left.lastTime == right.lastTime && left.seals == right.seals
    }
}

extension PrunedMark {
    /// What is signed.
    func text(origin: String) -> [UInt8] {
        let subtrees = tree.fullSubtrees.map(\.base64).joined(separator: " ")
        return Checkpoint.text(origin: origin, tree.end)
            + Array(
                """
                pruned \(record) \(lastTime)
                seals \(seals.base64)
                subtrees \(subtrees)

                """.utf8)
    }

    /// Reads what a note says, whoever signed it; nil for one that is of another form.
    init?(_ note: SignedNote) {
        guard let (origin, end) = Checkpoint.parse(note.text) else { return nil }
        let text = String(decoding: note.text, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(3)
        let fields = lines.dropLast().map { $0.split(separator: " ") }
        guard fields.count == 3, fields.prefix(2).map(\.count) == [3, 2],
            let record = UInt64(fields[0][1]), let lastTime = Int64(fields[0][2]),
            let seals = TreeHash(base64: String(fields[1][1]))
        else { return nil }
        let subtrees = fields[2].dropFirst().compactMap { TreeHash(base64: String($0)) }
        guard let tree = MerkleTree(size: end.size, subtrees: subtrees), tree.end == end,
            end.size > 0, record > end.size
        else { return nil }
        self.init(tree: tree, record: record, lastTime: lastTime, seals: seals)
        guard self.text(origin: origin) == note.text else { return nil }
    }
}
