/// The tree of the records that retention removed: what the rest of the log continues.
///
/// The file `pruned` holds the roots of its full subtrees, so that everything behind it can still be proved.
struct PrunedLog {
    private static let heading = "maxine pruned log v1"
    let tree: MerkleTree

    /// Reads the file, nil if nothing was ever pruned.
    static func read(
        system: any FileSystem, layout: LogLayout
    ) throws(AuditError) -> PrunedLog? {
        guard let text = try SmallFile(system: system, path: layout.pruned).text() else {
            return nil
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 4, lines.first == heading[...], lines.last == "",
            let size = UInt64(lines[1]), String(size) == lines[1],
            size.nonzeroBitCount == lines.count - 4,
            let root = TreeHash(base64: String(lines[2]))
        else { throw .evidence(file: layout.pruned, why: "not a description of a pruned log") }
        var hashes = lines[3..<lines.count - 1].compactMap { TreeHash(base64: String($0)) }[...]
        let tree = try MerkleTree(size: size) { _ throws(AuditError) in
            guard let hash = hashes.popFirst() else {
                throw .evidence(file: layout.pruned, why: "a hash is malformed")
            }
            return hash
        }
        guard tree.root == root else {
            throw .evidence(file: layout.pruned, why: "its hashes do not lead to its root")
        }
        return PrunedLog(tree: tree)
    }

    /// Makes the file durable.
    func write(system: any FileSystem, layout: LogLayout) throws(AuditError) {
        var text = "\(Self.heading)\n\(tree.size)\n\(tree.root.base64)\n"
        for hash in tree.fullSubtrees { text += hash.base64 + "\n" }
        try SmallFile(system: system, path: layout.pruned).replace(with: Array(text.utf8))
    }
}

/// What a log's folder holds: the tree that its first segment continues, and its segments.
struct LogContents {
    var start: MerkleTree
    var segments: [SegmentEntry]
    /// A file among the segments whose name is none of a segment.
    var unknown: String?
    /// The folder's names as they were, to see whether they changed.
    var names: [String]

    /// Lists the folder; nil if there is none.
    static func list(
        system: any FileSystem, layout: LogLayout
    ) throws(AuditError) -> LogContents? {
        let pruned = try PrunedLog.read(system: system, layout: layout)
        do throws(FileFault) {
            guard let names = try system.list(layout.segments) else { return nil }
            let (segments, unknown) = SegmentName.entries(of: names)
            let start = pruned?.tree ?? MerkleTree()
            // A crash may leave segments that the log does not hold any more.
            return LogContents(
                start: start, segments: segments.filter { $0.firstSequence > start.size },
                unknown: unknown, names: names)
        } catch {
            throw error.asAuditError
        }
    }
}
