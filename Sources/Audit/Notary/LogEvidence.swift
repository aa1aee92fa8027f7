/// Proofs out of a log's folder, made beside whoever writes the log.
public struct LogEvidence {
    fileprivate let system: any FileSystem
    fileprivate let layout: LogLayout

    /// Names the audit folder.
    public init(directory: String) {
        self.init(system: PosixFileSystem(), layout: LogLayout(directory: directory))
    }

    init(system: any FileSystem, layout: LogLayout) {
        self.system = system
        self.layout = layout
    }

    /// The newest checkpoint that the folder holds, nil if there is none.
    ///
    /// - Throws: `AuditError.evidence`, `.io`.
    public func checkpoint() throws(AuditError) -> SignedCheckpoint? {
        try Self.checkpoint(in: layout.checkpoint, system)
    }

    /// The keys that ever signed the log's checkpoints, the newest last.
    ///
    /// - Throws: `AuditError.evidence`, `.io`.
    public func keys() throws(AuditError) -> [VerifierKey] {
        try KeyFolder(system: system, path: layout.keys).verifierKeys()
    }

    /// Proves that a record stands in the log under a checkpoint.
    ///
    /// - Throws: `AuditError.noProof`, `.io`.
    public func proof(
        of sequence: UInt64, under signed: SignedCheckpoint
    ) throws(AuditError) -> TlogProof {
        let size = signed.checkpoint.size
        guard sequence > 0, sequence <= size else {
            throw .noProof("record \(sequence) is not under the checkpoint of \(size) records")
        }
        let hashes = try prover.inclusion(of: sequence - 1, size: size)
        let proof = TlogProof(index: sequence - 1, hashes: hashes, checkpoint: signed)
        let leaf = try source.hashes(level: 0, from: sequence - 1, count: 1)
        // The stored hashes are derived data: what they prove is checked before it is said.
        guard leaf.first.map(proof.holds(forLeaf:)) == true else {
            throw .noProof("the stored hashes do not lead to the checkpoint's root")
        }
        return proof
    }

    /// Proves that the log only grew from a size to a checkpoint.
    ///
    /// - Throws: `AuditError.noProof`, `.io`.
    public func consistency(
        from size: UInt64, under signed: SignedCheckpoint
    ) throws(AuditError) -> ConsistencyProof {
        let proof = ConsistencyProof(
            from: size, hashes: try prover.consistency(from: size, to: signed.checkpoint.size),
            checkpoint: signed)
        guard proof.holds(from: try prover.root(size: size)) else {
            throw .noProof("the stored hashes do not lead to the checkpoint's root")
        }
        return proof
    }

    /// The root that the log had at a size, by its stored hashes.
    ///
    /// - Throws: `AuditError.io`.
    public func root(size: UInt64) throws(AuditError) -> TreeHash { try prover.root(size: size) }

    static func checkpoint(
        in file: String, _ system: any FileSystem
    ) throws(AuditError) -> SignedCheckpoint? {
        guard let text = try SmallFile(system: system, path: file).text() else { return nil }
        do throws(NoteError) {
            return try SignedCheckpoint(text)
        } catch {
            throw .evidence(file: file, why: error.description)
        }
    }

    private var source: StoredHashes { StoredHashes(system: system, layout: layout) }
    private var prover: TreeProver { TreeProver(source: source) }
}

extension LogEvidence {
    /// Writes the log as of its newest checkpoint into a folder of static files (C2SP tlog-tiles).
    ///
    /// - Returns: The number of records published.
    /// - Throws: `AuditError.noProof` without a checkpoint, `.io`, `.evidence`.
    public func publish(to folder: String) throws(AuditError) -> UInt64 {
        guard let signed = try checkpoint() else { throw .noProof("the log has no checkpoint yet") }
        try TilePublication(system: system, folder: folder, layout: layout).publish(signed)
        return signed.checkpoint.size
    }
}

/// The keys of a log, for those who look after the gateway's machine.
public struct LogKeys {
    private let folder: KeyFolder

    /// Names the audit folder.
    public init(directory: String) {
        folder = KeyFolder(
            system: PosixFileSystem(), path: LogLayout(directory: directory).keys)
    }

    /// Makes the key that takes over next, under the name of the present one.
    ///
    /// - Returns: The new key's public half.
    /// - Throws: `AuditError.evidence` if there is no present key, or one waits already.
    public func prepareNext() throws(AuditError) -> VerifierKey {
        guard let present = try folder.signer() else {
            throw .evidence(file: folder.signing, why: "the log has no key yet")
        }
        guard try folder.waiting() == nil else {
            throw .evidence(file: folder.next, why: "a key waits to take over already")
        }
        do throws(NoteError) {
            let next = try LogSigner(name: present.verifierKey.name)
            try keep(next)
            return next.verifierKey
        } catch {
            throw .evidence(file: folder.next, why: error.description)
        }
    }

    private func keep(_ next: LogSigner) throws(NoteError) {
        do throws(AuditError) {
            try folder.keep(next, as: folder.next)
        } catch {
            throw .signing
        }
    }
}

extension LogEvidence {
    /// What a witness is sent to cosign a checkpoint (C2SP tlog-witness): the proof since a size it has seen.
    ///
    /// - Throws: `AuditError.noProof`, `.io`.
    public func submission(
        of signed: SignedCheckpoint, from size: UInt64
    ) throws(AuditError) -> String {
        if size == 0 { return "old 0\n\n" + signed.note.description }
        return try consistency(from: size, under: signed).description
    }
}
