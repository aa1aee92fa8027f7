import NIOConcurrencyHelpers
import Time

/// Signs the ends of a running log, keeps its tree in tiles, and proves by both.
///
/// INVARIANT: an end is signed only once it is on disk, and never one that is not longer than the last. Nobody who writes waits for any
/// of it.
public actor CheckpointKeeper {
    private let journal: Journal
    private let ring: NIOLockedValueBox<[LogKey]>
    private let note: @Sendable (Checkpoint) throws -> Void
    private let elapsed: @Sendable () -> Int64
    var tiles: TileLog
    private var latest: Checkpoint?
    /// The size that was noted last beside the log, and when.
    private var noted: (size: UInt64, at: Int64)
    private var signedAt: Int64?
    /// Whether tiles of records that are gone were missed once: making tiles anew does not bring them back.
    private var missesOldTiles = false

    /// Begins where the last process ended.
    ///
    /// - Parameters:
    ///   - journal: The log.
    ///   - keys: Its keys; each of them signs.
    ///   - last: The end that was signed last, which the log was opened with.
    ///   - hasEntries: Whether the tiles hold the records, too.
    ///   - elapsed: The clock of durations.
    ///   - note: Keeps a signed end, durable, apart from the log.
    /// - Throws: ``AuditError/io(operation:path:errno:)`` where the tiles can't be read.
    public init(
        journal: Journal, keys: [LogKey], last: Checkpoint?, hasEntries: Bool,
        elapsed: @escaping @Sendable () -> Int64,
        note: @escaping @Sendable (Checkpoint) throws -> Void
    ) throws(AuditError) {
        self.journal = journal
        ring = NIOLockedValueBox(keys)
        self.note = note
        self.elapsed = elapsed
        latest = last
        noted = (last?.end.size ?? 0, elapsed())
        let (directory, system) = journal.place
        do throws(FileFault) {
            tiles = try TileLog(system: system, directory: directory, hasEntries: hasEntries)
        } catch {
            throw error.asAuditError
        }
    }

    /// Signs the log's end if it has grown and the last signature is a second old; the work of each round.
    ///
    /// - Throws: What keeps it from being signed.
    public func round() async throws {
        try await sign(after: Limits.checkpointGapNanoseconds)
        let isDue = Span.between(noted.at, elapsed()) >= Limits.checkpointNoteNanoseconds
        if isDue { try noteLatest() }
    }

    /// Signs the end that the log was closed with, and notes it.
    ///
    /// - Throws: What keeps it from being signed or noted.
    public func finish() async throws {
        try await sign(after: 0)
        try noteLatest()
    }

    /// The signed end that covers a number of records, signed now where the last one does not and is not too young; nil if there is
    /// none yet.
    ///
    /// - Throws: What keeps it from being signed or noted.
    public func checkpoint(covering size: UInt64 = 0) async throws -> Checkpoint? {
        if latest == nil || size > latest?.end.size ?? 0 {
            try await sign(after: Limits.demandedGapNanoseconds)
        }
        guard let latest, latest.end.size >= size else { return nil }
        // What somebody is told is known after a restart.
        try noteLatest()
        return latest
    }

    /// Proves that a record is in the log; nil while no signed end covers it.
    ///
    /// - Throws: What keeps it from being proved.
    public func proof(of sequence: UInt64) async throws -> LogProof? {
        guard sequence > 0, let checkpoint = try await checkpoint(covering: sequence) else {
            return nil
        }
        return try proof(of: sequence, by: checkpoint)
    }

    /// The same by an end that was signed before; nil where that does not cover it.
    ///
    /// - Throws: What keeps it from being proved.
    public func proof(of sequence: UInt64, by checkpoint: Checkpoint) throws -> LogProof? {
        guard sequence > 0,
            let ranges = ProofPath.inclusion(of: sequence - 1, in: checkpoint.end.size)
        else { return nil }
        let own = sequence - 1..<sequence
        guard let leaf = try tiles.hashes(of: [own])?.first,
            let hashes = try tiles.hashes(of: ranges)
        else { throw try lost(from: sequence - 1) }
        let proof = LogProof(sequence: sequence, hashes: hashes, checkpoint: checkpoint.note)
        guard (try? proof.verify(leaf: leaf, by: verifiers)) != nil else {
            throw try lost(from: sequence - 1)
        }
        return proof
    }

    /// The same as a COSE receipt, by an end that was signed before.
    ///
    /// - Throws: What keeps it from being proved.
    public func receipt(of sequence: UInt64, by checkpoint: Checkpoint) throws -> COSEReceipt? {
        guard let proof = try proof(of: sequence, by: checkpoint), let key = keys.first else {
            return nil
        }
        let end = checkpoint.end
        return COSEReceipt(proof, size: end.size, root: end.root, by: key)
    }

    /// The last record that is covered by an end which is noted beside the log.
    public var notedSize: UInt64 { noted.size }

    /// Notes the newest end beside the log, whether or not somebody was told it.
    ///
    /// - Throws: What keeps it from being noted.
    public func noteNow() throws { try noteLatest() }

    /// Proves that the log still holds all of an older end of it; nil where no signed end is as long.
    ///
    /// - Throws: What keeps it from being proved.
    public func consistency(from old: UInt64) async throws -> LogExtension? {
        guard let checkpoint = try await checkpoint(covering: old) else { return nil }
        return try extended(from: old, to: checkpoint)
    }

    /// The same for an end that was signed before.
    ///
    /// - Throws: What keeps it from being proved.
    func extended(from old: UInt64, to checkpoint: Checkpoint) throws -> LogExtension {
        let end = checkpoint.end
        guard old > 0 else {
            return LogExtension(oldSize: 0, hashes: [], checkpoint: checkpoint.note)
        }
        guard let ranges = ProofPath.consistency(from: old, to: end.size),
            let hashes = try tiles.hashes(of: ranges),
            let root = try tiles.hashes(of: [0..<old])?.first
        else { throw try lost(from: 0) }
        // A spoiled tile would have a witness say that there are two logs.
        let isProved = MerkleProofs.verifyConsistency(
            from: old, root: root, to: end.size, root: end.root, proof: hashes)
        guard isProved else { throw try lost(from: 0) }
        return LogExtension(oldSize: old, hashes: hashes, checkpoint: checkpoint.note)
    }

    /// Shows the newest end with the signatures of witnesses.
    func adopt(cosigned checkpoint: Checkpoint) throws {
        guard let latest, latest.end == checkpoint.end else { return }
        try adopt(latest.merged(with: checkpoint))
    }

    /// A tile of the log's tree as it was published; nil where there is none.
    ///
    /// - Throws: ``AuditError/io(operation:path:errno:)`` where it can't be read.
    package func tile(_ place: TilePlace) throws(AuditError) -> [UInt8]? {
        try tiles.tile(place)
    }

    /// What signatures are verified by.
    public nonisolated var verifiers: [VerifierKey] { keys.map(\.verifier) }

    private nonisolated var keys: [LogKey] { ring.withLockedValue { $0 } }

    /// Has other keys sign from now on; what was signed until now is told no more where somebody else may have a key of it.
    public func adopt(keys: [LogKey], forgetting: Bool) {
        ring.withLockedValue { $0 = keys }
        if forgetting { latest = nil }
    }

    private func sign(after gap: Int64) async throws {
        while true {
            if let signedAt, Span.between(signedAt, elapsed()) < gap { return }
            if case .refusing(let reason) = journal.state { throw AuditError.refusing(reason) }
            let end = journal.anchor
            guard end.size > latest?.end.size ?? 0 else { return }
            if try tiles.advance(to: end, leaves: journal.leaves) {
                try adopt(try signed(end))
                signedAt = elapsed()
                return
            }
            // A long way to go is gone in steps, between which others are answered.
            await Task.yield()
            try Task.checkCancellation()
        }
    }

    private func signed(_ end: LogAnchor) throws -> Checkpoint {
        guard let origin = keys.first?.verifier.name else {
            throw AuditError.misconfigured("the log has no key")
        }
        var note = SignedNote(text: Checkpoint.text(origin: origin, end))
        for key in keys {
            guard let signature = key.signature(over: note.text) else {
                throw AuditError.misconfigured("the log's key can't sign")
            }
            note.add(signature)
        }
        return try Checkpoint(note, by: verifiers)
    }

    private func adopt(_ checkpoint: Checkpoint) throws {
        try tiles.publish(checkpoint.bytes)
        latest = checkpoint
    }

    private func noteLatest() throws {
        guard let latest, latest.end.size > noted.size else { return }
        try note(latest)
        noted = (latest.end.size, elapsed())
    }

    /// Tiles that don't prove what is signed are made anew, but for those whose records are gone.
    private func lost(from index: UInt64) throws -> AuditError {
        if index < tiles.baseSize {
            if missesOldTiles {
                return .refusing(
                    "the tiles of records that were taken away are not whole; put them back")
            }
            missesOldTiles = true
        }
        try tiles.restart()
        latest = nil
        return .refusing("the tiles of the log are not whole, and are made anew")
    }
}
