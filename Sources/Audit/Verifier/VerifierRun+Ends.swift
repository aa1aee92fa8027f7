/// What a log is held against once it was read.
extension VerifierRun {
    /// The times up to which the log holds what it is known to have had; a cut end is named by the line that it is missing behind.
    func held(against names: [String], size: UInt64) throws(LogDamage) -> [Int64] {
        var times: [Int64] = []
        for end in ends {
            guard end.size > 0 else {
                times.append(0)
                continue
            }
            guard end.size <= size else {
                throw LogDamage(
                    file: folder.path(of: names.last ?? ""), line: line,
                    reason:
                        "the log ends at record \(size), and was signed up to record"
                        + " \(end.size): \(end.size - size) were cut off")
            }
            if let mark, end.size <= mark.tree.size {
                times.append(try time(of: end, before: mark))
                continue
            }
            guard let known = visitor.ends[end.size], known.root == end.root else {
                throw other(end)
            }
            times.append(known.nanoseconds)
        }
        return times
    }

    /// Proves by the tiles that an end was one of the log whose records are gone; its time is not known, and not after theirs.
    private func time(of end: LogAnchor, before mark: PrunedMark) throws(LogDamage) -> Int64 {
        if end == mark.tree.end { return mark.lastTime }
        guard let edge = head.edge(of: mark),
            let ranges = ProofPath.consistency(from: end.size, to: mark.tree.size),
            let proof = try hashes(of: ranges, beside: edge)
        else {
            throw LogDamage(
                file: layout.tiles, line: 0,
                reason: "the records up to \(end.size), which were signed, were taken away, and the"
                    + " tiles that would prove them are not whole", isUnread: true)
        }
        let isProved = MerkleProofs.verifyConsistency(
            from: end.size, root: end.root, to: mark.tree.size, root: mark.tree.root,
            proof: proof)
        guard isProved else { throw other(end) }
        return mark.lastTime
    }

    private func hashes(
        of ranges: [Range<UInt64>], beside edge: TileEdge
    ) throws(LogDamage) -> [TreeHash]? {
        do throws(FileFault) {
            return try tiles.hashes(of: ranges, beside: edge)
        } catch {
            throw LogDamage(file: error.path, line: 0, reason: error.reason, isUnread: true)
        }
    }

    private func other(_ end: LogAnchor) -> LogDamage {
        LogDamage(
            file: layout.segments, line: 0,
            reason: "the log's first \(end.size) records are not those that were signed")
    }

    /// The record by which segments were taken away, where some were.
    func checkPruning() throws(LogDamage) -> PruneRecord? {
        guard let mark else { return nil }
        guard let record = visitor.prunings.last(where: { $0.tells(mark) }) else {
            throw LogDamage(
                file: layout.pruned, line: 0,
                reason: "record \(mark.record) does not say that the records up to"
                    + " \(mark.tree.size) were taken away")
        }
        return record
    }
}
