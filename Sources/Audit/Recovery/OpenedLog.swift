/// What the log on disk holds, verified.
struct OpenedLog {
    /// The segment that ends the log.
    struct Last {
        var name: String
        var end: Int64
        var commit: CommitLine
        /// Whether the segment is compressed, so that the log goes on in a new one.
        var isArchived = false
    }

    var tree = MerkleTree()
    var lastTime: Int64 = 0
    var last: Last?
    var openIntents: [OpenIntent] = []
    /// What was cut off because it was never acknowledged.
    var cut: CutTail?
    var trail = CommitTrail()
    /// The line of the last commit in its segment.
    var lastLine = 0
    /// How many records retention removed.
    var startSize: UInt64 = 0
}
