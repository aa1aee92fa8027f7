/// Proofs from a log's files alone.
public enum OfflineProof {
    /// Proves that a record is in a log, by a checkpoint of it.
    ///
    /// Reads all records that the checkpoint covers.
    ///
    /// - Parameters:
    ///   - sequence: The record's place.
    ///   - directory: The audit folder.
    ///   - checkpoint: A signed end, of any time after the record.
    /// - Returns: The proof, and the record's leaf hash.
    /// - Throws: ``AuditError`` where the log can't be read, ``CheckpointFault`` where it is not the one of the checkpoint.
    public static func prove(
        _ sequence: UInt64, in directory: String, by checkpoint: Checkpoint
    ) throws -> (proof: LogProof, leaf: LeafHash) {
        try prove(sequence, in: directory, by: checkpoint, system: PosixFileSystem())
    }

    package static func prove(
        _ sequence: UInt64, in directory: String, by checkpoint: Checkpoint,
        system: any FileSystem
    ) throws -> (proof: LogProof, leaf: LeafHash) {
        let size = checkpoint.end.size
        guard sequence > 0, let ranges = ProofPath.inclusion(of: sequence - 1, in: size) else {
            throw CheckpointFault.other(
                "the checkpoint covers \(size) records, and record \(sequence) is none of them")
        }
        let head = PrunedHead(system: system, layout: LogLayout(directory: directory))
        if head.mark(.anybody) != nil {
            let tiles = try TileReading(directory, system)
            return try prove(sequence, ranges, by: checkpoint, tiles)
        }
        var collector = NodeCollector(ranges: ranges)
        var leaf: LeafHash?
        var tail = LogTail(directory: directory, from: 1, system: system)
        while collector.tree.size < size {
            let records = try tail.next()
            if records.isEmpty { break }
            for record in records where collector.tree.size < size {
                let hash = MerkleTree.leafHash(of: record.line)
                if record.sequence == sequence { leaf = hash }
                collector.append(hash)
            }
        }
        guard collector.tree.root == checkpoint.end.root, let leaf,
            let hashes = collector.hashes(of: ranges)
        else {
            throw CheckpointFault.other(
                "the log's first \(size) records are not those that were signed")
        }
        return (
            LogProof(sequence: sequence, hashes: hashes, checkpoint: checkpoint.note), leaf
        )
    }

    /// Where the oldest records are gone, the tiles prove, those of the log's last signed end.
    private static func prove(
        _ sequence: UInt64, _ ranges: [Range<UInt64>], by checkpoint: Checkpoint,
        _ tiles: borrowing TileReading
    ) throws -> (proof: LogProof, leaf: LeafHash) {
        guard let leaf = try tiles.hashes(of: [sequence - 1..<sequence], in: checkpoint)?.first,
            let hashes = try tiles.hashes(of: ranges, in: checkpoint)
        else {
            throw CheckpointFault.other(
                "the oldest records were taken away, and the tiles that prove are not whole")
        }
        let proof = LogProof(sequence: sequence, hashes: hashes, checkpoint: checkpoint.note)
        let root = MerkleProofs.inclusionRoot(
            of: leaf, at: sequence - 1, size: checkpoint.end.size, proof: hashes)
        guard root == checkpoint.end.root else { throw CheckpointFault.unproven }
        return (proof, leaf)
    }
}

/// The tiles of a log's files, up to the end that they were published for.
private struct TileReading: ~Copyable {
    private let tiles: TileLog

    init(_ directory: String, _ system: any FileSystem) throws {
        tiles = try TileLog(system: system, directory: directory, hasEntries: false)
    }

    func hashes(
        of ranges: [Range<UInt64>], in checkpoint: Checkpoint
    ) throws -> [TreeHash]? {
        tiles.size < checkpoint.end.size ? nil : try tiles.hashes(of: ranges)
    }
}
