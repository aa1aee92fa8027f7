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
            let file = try? system.open(path, .read)
        else { return false }
        defer { system.close(file) }
        let reader = LineReader(FileBytes(system: system, file: file))
        guard let line = try? reader.next(), line.isTerminated,
            let body = RecordLine.body(of: line.bytes, sequence: tree.size + 1)
        else { return false }
        return SegmentScanner.isHeader(line.bytes, body: body, of: tree)
    }
}
