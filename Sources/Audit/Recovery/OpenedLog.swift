/// What the log on disk holds, verified.
struct OpenedLog {
    /// The segment that ends the log.
    struct Last {
        var name: String
        var end: Int64
        var commit: CommitLine
    }

    var tree = MerkleTree()
    var lastTime: Int64 = 0
    var last: Last?
    var openIntents: [OpenIntent] = []
    /// What was cut off because it was never acknowledged.
    var cut: CutTail?
}
