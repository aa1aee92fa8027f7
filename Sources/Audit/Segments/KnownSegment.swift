import Synchronization

/// A segment as it was verified or written.
struct KnownSegment: Sendable {
    let name: String
    /// How it stands on disk.
    var form = SegmentForm.plain
    /// What its file was then; while it is written the size is the least that it has, and no time counts.
    var facts: FileFacts
    /// The tree that it continues.
    let start: MerkleTree
    /// Where its last commit line ends, and the line.
    let end: Int64
    let commit: CommitLine
    /// Whether nothing more is written to it.
    let isSealed: Bool

    /// The name of its file.
    var fileName: String { name + form.suffix }
}

/// A segment that is full, with the end of what is acknowledged in it.
struct RetiredSegment {
    let segment: ActiveSegment
    let end: Int64
    let commit: CommitLine

    /// The segment as it was left.
    func known(_ facts: FileFacts) -> KnownSegment { known(facts, isSealed: true) }

    /// The segment as it is being written.
    var beingWritten: KnownSegment {
        var facts = segment.facts
        facts.size = segment.ready.load(ordering: .acquiring)
        return known(facts, isSealed: false)
    }

    private func known(_ facts: FileFacts, isSealed: Bool) -> KnownSegment {
        KnownSegment(
            name: segment.name, facts: facts, start: segment.start, end: end, commit: commit,
            isSealed: isSealed)
    }
}
