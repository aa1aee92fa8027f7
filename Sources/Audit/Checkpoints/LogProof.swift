/// That a record stands in a log, for whoever has the log's public key and the record or its hash: C2SP tlog-proof.
public struct LogProof: Sendable, Equatable {
    /// The record's place in the log, from 1.
    public let sequence: UInt64
    /// The hashes beside the way from the record to the root.
    let hashes: [TreeHash]
    /// The signed end that it leads to.
    public let checkpoint: SignedNote

    init(sequence: UInt64, hashes: [TreeHash], checkpoint: SignedNote) {
        self.sequence = sequence
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    private static let head = "c2sp.org/tlog-proof@v1\n"

    /// Reads its text form, or nil.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count <= NoteLimits.noteBytesMax, bytes.starts(with: Self.head.utf8) else {
            return nil
        }
        let rest = bytes.dropFirst(Self.head.utf8.count)
        guard let (lines, note) = ProofLines.parse(rest) else { return nil }
        var left = lines[...]
        // What else may stand there is not authenticated, and means nothing here.
        if left.first?.starts(with: "extra ".utf8) == true { left = left.dropFirst() }
        guard let first = left.popFirst(), first.starts(with: "index ".utf8),
            let index = Decimal.parse(first.dropFirst(6)), index < .max,
            let hashes = ProofLines.hashes(left)
        else { return nil }
        self.init(sequence: index + 1, hashes: hashes, checkpoint: note)
    }

    /// The text form.
    public var bytes: [UInt8] {
        Array(Self.head.utf8) + Array("index \(sequence - 1)\n".utf8)
            + ProofLines.bytes(hashes, checkpoint)
    }

    /// Verifies that the record with this leaf hash is in the log that these keys are of.
    ///
    /// - Returns: The checkpoint that it was proved by.
    /// - Throws: ``CheckpointFault``.
    public func verify(
        leaf: LeafHash, by keys: [VerifierKey]
    ) throws(CheckpointFault) -> Checkpoint {
        let checkpoint = try Checkpoint(self.checkpoint, by: keys)
        guard
            MerkleProofs.verifyInclusion(
                of: leaf, at: sequence - 1, size: checkpoint.end.size, root: checkpoint.end.root,
                proof: hashes)
        else { throw .unproven }
        return checkpoint
    }
}

/// That a log's newer end holds all of an older one, in the form in which witnesses are asked (C2SP tlog-witness).
public struct LogExtension: Sendable, Equatable {
    /// How many records the older end covered.
    public let oldSize: UInt64
    let hashes: [TreeHash]
    /// The newer end, signed.
    public let checkpoint: SignedNote

    init(oldSize: UInt64, hashes: [TreeHash], checkpoint: SignedNote) {
        self.oldSize = oldSize
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    /// Reads its text form, or nil.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count <= NoteLimits.noteBytesMax,
            let (lines, note) = ProofLines.parse(bytes[...])
        else { return nil }
        var left = lines[...]
        guard let first = left.popFirst(), first.starts(with: "old ".utf8),
            let size = Decimal.parse(first.dropFirst(4)), let hashes = ProofLines.hashes(left)
        else { return nil }
        self.init(oldSize: size, hashes: hashes, checkpoint: note)
    }

    /// The text form.
    public var bytes: [UInt8] {
        Array("old \(oldSize)\n".utf8) + ProofLines.bytes(hashes, checkpoint)
    }

    /// Verifies that the log of these keys still holds all that an older end covered.
    ///
    /// - Returns: The newer end.
    /// - Throws: ``CheckpointFault``.
    public func verify(
        from old: LogAnchor, by keys: [VerifierKey]
    ) throws(CheckpointFault) -> Checkpoint {
        let checkpoint = try Checkpoint(self.checkpoint, by: keys)
        guard old.size == oldSize else {
            throw .other("it is a proof from \(oldSize) records on, not from \(old.size)")
        }
        // Every log extends the one without records.
        if old.size == 0, hashes.isEmpty { return checkpoint }
        guard
            MerkleProofs.verifyConsistency(
                from: old.size, root: old.root, to: checkpoint.end.size,
                root: checkpoint.end.root, proof: hashes)
        else { throw .unproven }
        return checkpoint
    }
}

/// What both have in common: lines, an empty one, a checkpoint.
private enum ProofLines {
    static func parse(_ bytes: ArraySlice<UInt8>) -> ([ArraySlice<UInt8>], SignedNote)? {
        let newline = UInt8(ascii: "\n")
        let blank = bytes.indices.dropFirst().first {
            bytes[$0] == newline && bytes[$0 - 1] == newline
        }
        guard let blank, let note = SignedNote(Array(bytes[(blank + 1)...])) else { return nil }
        let lines = bytes[..<(blank - 1)].split(
            separator: newline, omittingEmptySubsequences: false)
        return (lines, note)
    }

    static func hashes(_ lines: ArraySlice<ArraySlice<UInt8>>) -> [TreeHash]? {
        guard lines.count <= NoteLimits.proofHashesMax else { return nil }
        let hashes = lines.compactMap { TreeHash(base64: String(decoding: $0, as: UTF8.self)) }
        return hashes.count == lines.count ? hashes : nil
    }

    static func bytes(_ hashes: [TreeHash], _ note: SignedNote) -> [UInt8] {
        hashes.flatMap { Array("\($0.base64)\n".utf8) } + [UInt8(ascii: "\n")] + note.bytes
    }
}
