/// Holds a scanned log against its own checkpoint, the keys and the anchors.
struct ClaimCheck {
    let layout: LogLayout
    let options: VerifyOptions
    /// The checkpoint that the log's folder holds.
    let checkpoint: SignedCheckpoint?

    /// What the scan has to look out for.
    var trail: CommitTrail {
        var trail = CommitTrail()
        trail.keys = options.keys
        if let checkpoint { trail.wantedRoots.insert(checkpoint.checkpoint.size) }
        for anchor in options.anchors {
            switch anchor {
            case .checkpoint(let signed): trail.wantedRoots.insert(signed.checkpoint.size)
            case .receipt(let sequence, _): trail.wantedLeaves.insert(sequence)
            }
        }
        return trail
    }

    /// What can be said of the log, once all of it was read.
    func claims(
        _ tree: MerkleTree, _ trail: CommitTrail, start: UInt64, end: LogPlace
    ) throws(LogDamage) -> [Claim] {
        if trail.prunedSize < start {
            throw LogDamage(
                file: layout.pruned, line: 1,
                reason: "records 1 to \(start) are missing, and the log does not say that "
                    + "retention removed them")
        }
        var claims = [records(tree, start)]
        claims.append(try checkpointClaim(tree, trail, end))
        claims.append(try signatureClaim(trail))
        claims.append(try tailClaim(tree, trail, start, end))
        return claims
    }

    private func records(_ tree: MerkleTree, _ start: UInt64) -> Claim {
        let pruned = start == 0 ? "" : "; records 1 to \(start) were removed by retention"
        return Claim(
            name: "records", state: .holds,
            text: "\(tree.size - start) records stand as they were committed\(pruned)")
    }

    private func checkpointClaim(
        _ tree: MerkleTree, _ trail: CommitTrail, _ end: LogPlace
    ) throws(LogDamage) -> Claim {
        guard let checkpoint else {
            return Claim(
                name: "checkpoint", state: .notChecked,
                text: "the log's folder holds no checkpoint; \(trail.checkpoints) stand in it")
        }
        try compare(checkpoint.checkpoint, tree, trail, end, "the log's checkpoint")
        return Claim(
            name: "checkpoint", state: .holds,
            text: "the checkpoint over \(checkpoint.checkpoint.size) records is this log's, "
                + "as are \(trail.checkpoints) earlier ones")
    }

    private func signatureClaim(_ trail: CommitTrail) throws(LogDamage) -> Claim {
        if options.keys.isEmpty {
            return Claim(
                name: "signature", state: .notChecked,
                text: "not checkable without the log's key: whether this log was signed by it")
        }
        guard let signed = checkpoint ?? trail.last else {
            return Claim(
                name: "signature", state: .notChecked, text: "the log has no checkpoint to check")
        }
        if let problem = CommitTrail.problem(with: signed.note, trail.keys) {
            throw LogDamage(file: layout.checkpoint, line: 1, reason: problem)
        }
        return Claim(
            name: "signature", state: .holds,
            text: "all checkpoints are signed by the key given, or by one that it handed over to")
    }

    private func tailClaim(
        _ tree: MerkleTree, _ trail: CommitTrail, _ start: UInt64, _ end: LogPlace
    ) throws(LogDamage) -> Claim {
        guard !options.anchors.isEmpty else {
            return Claim(
                name: "tail", state: .notChecked,
                text: "not checkable without an anchor: whether newest records were cut off at "
                    + "the end, together with the checkpoints behind")
        }
        var largest: UInt64 = 0
        for anchor in options.anchors {
            try check(anchor, tree, trail, start, end)
            largest = max(largest, anchor.size)
        }
        return Claim(
            name: "tail", state: .holds,
            text: "nothing up to record \(largest) was cut off or changed since the anchor; "
                + "not checkable: \(tree.size - largest) records behind it")
    }

    private func check(
        _ anchor: Anchor, _ tree: MerkleTree, _ trail: CommitTrail, _ start: UInt64,
        _ end: LogPlace
    ) throws(LogDamage) {
        switch anchor {
        case .checkpoint(let signed):
            if !trail.keys.isEmpty, let problem = CommitTrail.problem(with: signed.note, trail.keys)
            {
                throw LogDamage(file: "anchor", line: 1, reason: problem)
            }
            try compare(signed.checkpoint, tree, trail, end, "the anchor")
        case .receipt(let sequence, let leaf):
            if sequence > tree.size { throw Self.cut(end, tree.size, sequence, "a receipt") }
            guard sequence > start else { return }
            if trail.leaves[sequence] != leaf {
                throw LogDamage(
                    file: end.file, line: end.line,
                    reason: "record \(sequence) is not the one of the receipt")
            }
        }
    }

    private func compare(
        _ kept: Checkpoint, _ tree: MerkleTree, _ trail: CommitTrail, _ end: LogPlace,
        _ what: String
    ) throws(LogDamage) {
        if kept.size > tree.size { throw Self.cut(end, tree.size, kept.size, what) }
        guard trail.roots[kept.size] == kept.root else {
            throw LogDamage(
                file: end.file, line: end.line,
                reason: "at \(kept.size) records the log has another root than \(what)")
        }
    }

    private static func cut(
        _ end: LogPlace, _ size: UInt64, _ kept: UInt64, _ what: String
    ) -> LogDamage {
        LogDamage(
            file: end.file, line: end.line,
            reason: "the log ends here with record \(size), \(what) covers record \(kept): "
                + "newest records were cut off")
    }
}

/// A line of a file.
struct LogPlace {
    var file: String
    var line: Int
}
