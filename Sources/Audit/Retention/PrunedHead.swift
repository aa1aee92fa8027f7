/// Where it lies what is left of the segments that were taken away: the mark, and the hashes at the right edge of their tree.
struct PrunedHead: Sendable {
    let system: any FileSystem
    let layout: LogLayout

    /// How far somebody looks who reads a mark.
    enum Belief {
        /// Only if one of these keys signed it.
        case by([VerifierKey])
        /// Whoever signed it; for those who have no keys, and say so.
        case anybody
    }

    /// The mark; nil where there is none to believe.
    func mark(_ belief: Belief) -> PrunedMark? {
        guard let bytes = read(layout.pruned, max: NoteLimits.noteBytesMax),
            let note = SignedNote(bytes), let mark = PrunedMark(note)
        else { return nil }
        if case .by(let keys) = belief, (try? Checkpoint(note, by: keys)) == nil { return nil }
        return mark
    }

    /// Whether anything stands where the mark does.
    var isThere: Bool {
        get throws(FileFault) { try system.facts(layout.pruned) != nil }
    }

    /// Whether there is a mark that each of some keys has signed.
    func isSigned(byAll keys: [LogKey]) -> Bool {
        guard let bytes = read(layout.pruned, max: NoteLimits.noteBytesMax),
            let checkpoint = try? Checkpoint(bytes, by: keys.map(\.verifier))
        else { return false }
        return keys.allSatisfy { key in checkpoint.signers.contains { $0.key == key.verifier } }
    }

    /// The tiles' right edge where the log begins now: an empty one where nothing is gone, nil where it is not there.
    func edge(of mark: PrunedMark?) -> TileEdge? {
        guard let mark else { return TileEdge() }
        let path = layout.prunedEdge(at: mark.tree.size)
        guard let bytes = read(path, max: Limits.edgeBytesMax) else { return nil }
        var rest = bytes[...]
        var levels: [[TreeHash]] = []
        for level in 0..<TilePlace.levels {
            let count = TileEdge.width(of: mark.tree.size, at: level)
            let part = rest.prefix(count * TreeHash.byteCount)
            rest = rest.dropFirst(part.count)
            levels.append(
                stride(from: part.startIndex, to: part.endIndex, by: TreeHash.byteCount)
                    .compactMap { TreeHash(bytes: part[$0...].prefix(TreeHash.byteCount)) })
        }
        guard rest.isEmpty, let edge = TileEdge(size: mark.tree.size, levels: levels),
            edge.root == mark.tree.root
        else { return nil }
        return edge
    }

    /// Makes mark and edge durable, the edge first: from then on what is before them is gone.
    func write(
        _ note: [UInt8], _ edge: TileEdge, insteadOf old: PrunedMark?
    ) throws(FileFault) {
        var bytes: [UInt8] = []
        for hash in edge.levels.joined() { hash.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        try system.createDurableFolder(layout.seals)
        try system.replaceDurably(layout.prunedEdge(at: edge.size), by: bytes)
        try system.replaceDurably(layout.pruned, by: note)
        // One that stays says nothing.
        if let old { try? system.remove(layout.prunedEdge(at: old.tree.size)) }
    }

    /// Has other keys sign the mark that is there.
    func write(_ note: [UInt8]) throws(FileFault) {
        try system.replaceDurably(layout.pruned, by: note)
    }

    private func read(_ path: String, max: Int) -> [UInt8]? {
        guard (try? system.facts(path))?.isRegular == true,
            let file = try? system.open(path, .read)
        else { return nil }
        defer { system.close(file) }
        guard let size = try? system.size(file), size <= Int64(max) else { return nil }
        return try? system.readRange(file, from: 0, count: Int(size))
    }
}
