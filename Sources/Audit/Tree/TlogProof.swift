/// A proof that a record stands in a log, as text that is checked without the log (C2SP tlog-proof).
public struct TlogProof: Hashable, Sendable, CustomStringConvertible {
    static let heading = "c2sp.org/tlog-proof@v1"

    /// The record's place, from 0: its sequence less one.
    public let index: UInt64
    /// The audit path (RFC 6962 section 2.1.1).
    public let hashes: [TreeHash]
    /// The signed checkpoint whose root the path leads to.
    public let checkpoint: SignedCheckpoint

    init(index: UInt64, hashes: [TreeHash], checkpoint: SignedCheckpoint) {
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    /// Reads a proof's text; nothing of it is checked.
    ///
    /// - Throws: `NoteError.malformedNote`.
    public init(_ text: String) throws(NoteError) {
        guard let gap = text.firstRange(of: "\n\n") else { throw .malformedNote }
        var lines = text[..<gap.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 2, lines.removeFirst() == Self.heading else { throw .malformedNote }
        if lines.first?.hasPrefix("extra ") == true { lines.removeFirst() }
        guard let place = lines.first, place.hasPrefix("index "),
            let index = UInt64(place.dropFirst(6)), String(index) == place.dropFirst(6),
            lines.count <= Limits.proofHashesMax + 1
        else { throw .malformedNote }
        let hashes = lines.dropFirst().compactMap { TreeHash(base64: String($0)) }
        guard hashes.count == lines.count - 1 else { throw .malformedNote }
        self.init(
            index: index, hashes: hashes,
            checkpoint: try SignedCheckpoint(String(text[gap.upperBound...])))
    }

    /// The proof as text.
    public var description: String {
        var text = "\(Self.heading)\nindex \(index)\n"
        for hash in hashes { text += hash.base64 + "\n" }
        return text + "\n" + checkpoint.note.description
    }

    /// Says whether a record's line stands at the proof's place under a checkpoint of a trusted key.
    ///
    /// - Throws: `NoteError` if no trusted key signed the checkpoint.
    public func holds(
        forLine line: [UInt8], keys: [VerifierKey]
    ) throws(NoteError) -> Bool {
        _ = try checkpoint.note.verify(keys)
        return holds(forLeaf: MerkleTree.leafHash(of: line))
    }

    /// Says whether a leaf stands at the proof's place in the checkpoint's tree; signatures are not checked.
    public func holds(forLeaf leaf: LeafHash) -> Bool {
        MerkleProofs.verifyInclusion(
            of: leaf, at: index, size: checkpoint.checkpoint.size,
            root: checkpoint.checkpoint.root, proof: hashes)
    }
}

/// A proof that a log only grew between two checkpoints (RFC 6962 section 2.1.2).
public struct ConsistencyProof: Hashable, Sendable {
    /// The size of the earlier tree.
    public let from: UInt64
    /// The hashes of the proof.
    public let hashes: [TreeHash]
    /// The later checkpoint.
    public let checkpoint: SignedCheckpoint

    /// Says whether the checkpoint's tree extends the one of the earlier root.
    public func holds(from root: TreeHash) -> Bool {
        MerkleProofs.verifyConsistency(
            from: from, root: root, to: checkpoint.checkpoint.size,
            root: checkpoint.checkpoint.root, proof: hashes)
    }

    /// The proof as a witness takes it: `old <size>`, the hashes, an empty line, the checkpoint (C2SP tlog-witness).
    public var description: String {
        "old \(from)\n" + hashes.map { $0.base64 + "\n" }.joined() + "\n"
            + checkpoint.note.description
    }
}
