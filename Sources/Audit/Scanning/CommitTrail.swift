/// What a scan remembers across segments: the roots of recent commits, and what it was asked to look for.
struct CommitTrail {
    /// The keys that may sign checkpoints; a key that one of them endorses in the log joins them.
    var keys: [VerifierKey] = []
    /// Sizes whose roots are wanted, and what they turned out to be.
    var wantedRoots: Set<UInt64> = []
    private(set) var roots: [UInt64: TreeHash] = [:]
    /// Records whose leaf hashes are wanted, and what they turned out to be.
    var wantedLeaves: Set<UInt64> = []
    private(set) var leaves: [UInt64: LeafHash] = [:]
    /// How many checkpoints stood in commit lines, and the last of them.
    private(set) var checkpoints = 0
    private(set) var last: SignedCheckpoint?
    /// Up to which record the log says that retention removed it.
    private(set) var prunedSize: UInt64 = 0
    private var recent: [(size: UInt64, root: TreeHash)] = []

    /// Notes a commit that was proved.
    mutating func committed(size: UInt64, root: TreeHash, checkpoint: String?) {
        recent.append((size, root))
        if !wantedRoots.isEmpty, wantedRoots.contains(size) { roots[size] = root }
        if let checkpoint, let signed = try? SignedCheckpoint(checkpoint) {
            checkpoints += 1
            last = signed
            recent.removeFirst(place(of: signed.checkpoint.size) ?? 0)
        }
        if recent.count > 2 * Limits.checkpointCommitsMax {
            recent.removeFirst(recent.count - Limits.checkpointCommitsMax)
        }
    }

    /// Notes a leaf of a batch that is not proved yet; a batch that fails ends the scan's judgement anyway.
    mutating func saw(_ leaf: LeafHash, at sequence: UInt64) { leaves[sequence] = leaf }

    mutating func sawPruned(_ size: UInt64) { prunedSize = max(prunedSize, size) }

    /// What is wrong with the checkpoint in a commit line, if it has one.
    func problem(with commit: CommitLine?) -> String? {
        guard let commit, let text = commit.checkpoint else { return nil }
        guard let signed = try? SignedCheckpoint(text) else {
            return "the commit line's checkpoint is malformed"
        }
        let size = signed.checkpoint.size
        guard size < commit.size, let place = place(of: size) else {
            return "the commit line's checkpoint is for \(size) records, where no recent commit is"
        }
        guard recent[place].root == signed.checkpoint.root else {
            return "the commit line's checkpoint has another root than the log at \(size) records"
        }
        return keys.isEmpty ? nil : Self.problem(with: signed.note, keys)
    }

    static func problem(with note: SignedNote, _ keys: [VerifierKey]) -> String? {
        do throws(NoteError) {
            _ = try note.verify(keys)
            return nil
        } catch {
            return "the checkpoint is not trusted: \(error)"
        }
    }

    private func place(of size: UInt64) -> Int? {
        var low = 0
        var high = recent.count
        while low < high {
            let middle = (low + high) / 2
            if recent[middle].size < size { low = middle + 1 } else { high = middle }
        }
        return low < recent.count && recent[low].size == size ? low : nil
    }
}
