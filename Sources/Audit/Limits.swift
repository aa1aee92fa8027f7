/// The limits of the journal, each with its reason.
package enum Limits {
    /// The longest record line without its newline (tlog-tiles length prefix is 16 bits).
    package static let recordBytesMax = 60 * 1024
    /// Records that may wait in one lane before it refuses more.
    package static let laneRecordsMax = 8192
    /// Encoded bytes that may wait in one lane before it refuses more.
    package static let laneBytesMax = 8 << 20
    /// Unawaited records that may wait in one lane; more are dropped and counted.
    package static let laneUnawaitedMax = 16384
    /// Encoded bytes of unawaited records that may wait in one lane.
    package static let laneUnawaitedBytesMax = 16 << 20
    /// Records of async callers that may wait for the committer.
    package static let singleRecordsMax = 4096
    /// Records that strangers cause and that may wait for the committer; places of their own, beside those of the lanes.
    package static let noiseRecordsMax = 256
    /// The longest request identifier taken from a client.
    package static let requestIDBytesMax = 64
    /// The space a line needs for `{"seq":N,"time":"…",` before what the lane encoded.
    package static let linePrefixBytesMax = 72
    /// The deepest nesting of JSON that a record's detail may have.
    package static let jsonDepthMax = 32
    /// The size after which a segment is closed and the next one begun.
    package static let segmentBytesDefault: Int64 = 64 << 20
    /// How far a segment is filled ahead with newlines.
    package static let fillBytesDefault = 4 << 20
    /// How much of the fill is written while its lock is held.
    package static let fillChunkBytes = 256 << 10
    /// The smallest segment limit that a configuration may ask for.
    package static let segmentBytesMin: Int64 = 4096
    /// How far the clock may step back before the log says so.
    package static let clockStepNanosecondsMax: Int64 = 1_000_000_000
    /// Free bytes on the log's disk below which nothing is taken any more: enough to end in order, and to store the
    /// catalogue.
    package static let freeBytesDefault: Int64 = 2 << 20
    /// The longest reason for going on without records that were lost.
    package static let lossReasonBytesMax = 1024
    /// Strange files beside the segments that are named one by one.
    package static let strangersNamedMax = 10
    /// Strange files beside the segments that are looked into.
    package static let strangersReadMax = 64
    /// How much of a segment one read of the watch takes.
    package static let watchChunkBytes = 256 << 10
    /// How far before its last place the watch reads back: the commit line that stood at the end.
    package static let commitTailBytes = 64
    /// The longest line a reader accepts: a record, or a commit line that carries a checkpoint.
    package static let lineBytesMax = 64 * 1024
    /// The largest uncommitted tail that recovery reads into memory.
    package static let tailBytesMax: Int64 = 512 << 20
    /// How often a reader looks again at the unfinished tail of a live log.
    package static let liveRetriesMax = 8
    /// How often a verifier looks again at a log that keeps growing.
    package static let liveRoundsMax = 200
    /// A write that takes longer counts as an interruption.
    package static let stallNanoseconds: Int64 = 3_000_000_000
    /// The longest timed wait of the keeper.
    package static let waitSecondsMax: Double = 86_400
    /// How long a reader waits before it looks again.
    package static let liveRetryMicroseconds: UInt32 = 25_000
    /// The most records one call of a tail returns.
    package static let tailRecordsMax = 4096
    /// Hashes of durable records that are kept until the tiles have them.
    package static let leavesKeptMax = 1 << 18
    /// Records that the tiles take in one step.
    package static let tileRecordsAtOnce = 1 << 16
    /// How long after one checkpoint the next one is signed, if the log has grown.
    package static let checkpointGapNanoseconds: Int64 = 1_000_000_000
    /// The same where somebody asks for a record that the last one does not cover.
    package static let demandedGapNanoseconds: Int64 = 100_000_000
    /// How long a checkpoint that nobody was told goes without being noted beside the log.
    package static let checkpointNoteNanoseconds: Int64 = 10_000_000_000
    /// The longest file of the records that a start has to see of one segment.
    package static let changesBytesMax: Int64 = 256 << 20
    /// The most that a packed segment may unpack to: the largest segment that may be configured, and its last batch.
    package static let unpackedBytesMax: Int64 = 5 << 30
    /// How many segments are taken away at once, so that a record can name them.
    package static let prunedAtOnceMax = 64
    /// The largest right edge of a tree: so many levels of tiles, none of them full.
    static let edgeBytesMax = TilePlace.levels * (TilePlace.fullWidth - 1) * TreeHash.byteCount
    /// How much is packed, or read to be unpacked, at once.
    package static let packChunkBytes = 256 << 10
    /// How much of a segment is read to see its first record.
    package static let headerBytesMax = 4096
}
