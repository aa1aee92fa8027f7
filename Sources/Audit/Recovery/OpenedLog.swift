/// What the log on disk holds, verified.
struct OpenedLog {
    /// The segment that ends the log.
    struct Last {
        var name: String
        var end: Int64
        var commit: CommitLine
        /// The tree that the segment continues.
        var start: MerkleTree
    }

    var tree = MerkleTree()
    var lastTime: Int64 = 0
    var last: Last?
    /// The segments before it.
    var sealed: [KnownSegment] = []
    /// The names of those that have a seal.
    var withSeal: Set<String> = []
    /// Up to where segments were taken away; nil where all are there.
    var pruned: PrunedMark?
    /// Segments that should have gone.
    var leftovers: [String] = []
    /// How many records were not read, since a seal tells of them.
    var unreadRecords: UInt64 = 0
    /// Names beside the segments that are none.
    var strangers: [String] = []
    var openIntents: [OpenIntent] = []
    /// The roots at the sizes that others know of, where a batch ended.
    var roots: [UInt64: TreeHash] = [:]
    /// What was lost, if an operator said to go on without it.
    var acceptedLoss: LogLoss?
    /// What was cut off because it was never acknowledged.
    var cut: CutTail?
}
