/// Removes whole segments from the front of a log; what stays is proved as before.
struct Retention {
    let system: any FileSystem
    let layout: LogLayout

    /// The end of the segments that hold nothing younger than a time, 0 if there are none.
    ///
    /// The last segment is never among them.
    func end(olderThan nanoseconds: Int64, in contents: LogContents) throws(AuditError) -> UInt64 {
        var end: UInt64 = 0
        for (entry, next) in zip(contents.segments, contents.segments.dropFirst()) {
            guard try beginning(of: next) < nanoseconds else { return end }
            _ = entry
            end = next.firstSequence - 1
        }
        return end
    }

    /// The tree that the log continues once the records up to a segment's end are gone.
    ///
    /// - Throws: `AuditError.noProof` if the stored hashes don't lead to the root in the next segment's header.
    func tree(upTo end: UInt64, in contents: LogContents) throws(AuditError) -> MerkleTree {
        let source = StoredHashes(system: system, layout: layout)
        let tree = try TreeProver(source: source).tree(size: end)
        guard let next = contents.segments.first(where: { $0.firstSequence == end + 1 }) else {
            throw .noProof("no segment begins behind record \(end)")
        }
        let header = try firstLine(of: next)
        let isContinued = header.withUnsafeBytes { line in
            RecordLine.body(of: line, sequence: end + 1).map {
                SegmentScanner.isHeader(line, body: $0, of: tree)
            }
        }
        guard isContinued == true else {
            throw .noProof("the stored hashes do not lead to the root at record \(end)")
        }
        return tree
    }

    /// Makes it so; the record about it must be durable before.
    func remove(upTo tree: MerkleTree, in contents: LogContents) throws(AuditError) {
        try PrunedLog(tree: tree).write(system: system, layout: layout)
        try sweep(before: tree.size + 1)
    }

    /// Removes the files of segments that the log does not hold any more.
    func sweep(before first: UInt64) throws(AuditError) {
        do throws(FileFault) {
            for name in try system.list(layout.segments) ?? [] {
                guard let entry = SegmentName.entry(name), entry.firstSequence < first else {
                    continue
                }
                try system.remove(layout.segment(name))
            }
            try system.syncFolder(layout.segments)
        } catch {
            throw error.asAuditError
        }
    }

    private func beginning(of entry: SegmentEntry) throws(AuditError) -> Int64 {
        let line = try firstLine(of: entry)
        return line.withUnsafeBytes { bytes in
            RecordLine.body(of: bytes, sequence: entry.firstSequence).flatMap {
                RecordLine.time(of: bytes, body: $0)
            }
        } ?? .max
    }

    private func firstLine(of entry: SegmentEntry) throws(AuditError) -> [UInt8] {
        do throws(FileFault) {
            let reader = LineReader(try SegmentFile(entry, system: system, layout: layout))
            return try reader.next().map { Array($0.bytes) } ?? []
        } catch {
            throw error.asAuditError
        }
    }
}
