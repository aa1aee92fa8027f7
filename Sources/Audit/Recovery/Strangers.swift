/// What lies beside the segments of a log and has no segment's name.
///
/// It is passed over, unless it is the segment that the log goes on with: whoever gave it another name cut the log.
struct Strangers {
    let system: any FileSystem
    let layout: LogLayout
    let names: [String]

    /// The stranger that goes on where a log ends, if there is one.
    func continuation(of tree: MerkleTree) -> String? {
        names.prefix(Limits.strangersReadMax).first { goesOn($0, after: tree) }
    }

    /// The sentence for such a one.
    static let reason = "this is the next segment of the log, under another name"

    /// What can't be read is left alone, as the rest is.
    private func goesOn(_ name: String, after tree: MerkleTree) -> Bool {
        let path = layout.segment(name)
        guard let facts = try? system.facts(path), facts.isRegular,
            let form = try? form(of: path),
            let segment = try? OpenSegment(path, form, system: system)
        else { return false }
        let reader = LineReader(segment)
        guard let line = try? reader.next(), line.isTerminated,
            let body = RecordLine.body(of: line.bytes, sequence: tree.size + 1)
        else { return false }
        return SegmentScanner.isHeader(line.bytes, body: body, of: tree)
    }

    /// Its name says nothing, so its first bytes do.
    private func form(of path: String) throws(FileFault) -> SegmentForm {
        let file = try system.open(path, .read)
        defer { system.close(file) }
        return try system.readRange(file, from: 0, count: 2) == [0x1F, 0x8B] ? .packed : .plain
    }
}
