/// Finds out how much of the stored tree fits the log, so that only the rest is made again.
struct TreeResumption {
    let system: any FileSystem
    let layout: LogLayout

    /// The store and the tree at the start of the last segment whose header the stored hashes lead to.
    func start() throws(AuditError) -> (store: TreeStore, tree: MerkleTree) {
        do throws(FileFault) {
            let store = try TreeStore(system: system, layout: layout)
            let stored = try store.stored()
            let names = try system.list(layout.segments) ?? []
            let prover = TreeProver(source: StoredHashes(system: system, layout: layout))
            for entry in SegmentName.entries(of: names).segments.reversed() {
                let size = entry.firstSequence - 1
                guard size > 0, size <= stored, let tree = try? prover.tree(size: size),
                    try header(of: entry, continues: tree)
                else { continue }
                return try begin(store, tree)
            }
            return try begin(store, try pruned() ?? MerkleTree())
        } catch {
            throw error.asAuditError
        }
    }

    /// Where a pruned log begins, its hashes before it may be lost: proofs about them are then not possible.
    private func pruned() throws(FileFault) -> MerkleTree? {
        try? PrunedLog.read(system: system, layout: layout)?.tree
    }

    private func begin(
        _ store: TreeStore, _ tree: MerkleTree
    ) throws(FileFault) -> (store: TreeStore, tree: MerkleTree) {
        do throws(AuditError) {
            try store.restart(at: tree.size)
        } catch {
            throw FileFault(
                operation: "read", path: layout.tree, errno: PosixFileSystem.inputOutput)
        }
        return (store, tree)
    }

    private func header(
        of entry: SegmentEntry, continues tree: MerkleTree
    ) throws(FileFault) -> Bool {
        let reader = LineReader(try SegmentFile(entry, system: system, layout: layout))
        guard let line = try reader.next(),
            let body = RecordLine.body(of: line.bytes, sequence: entry.firstSequence)
        else { return false }
        return SegmentScanner.isHeader(line.bytes, body: body, of: tree)
    }
}
