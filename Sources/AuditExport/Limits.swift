/// The limits of query, export and alerts, each with its reason.
public enum ExportLimits {
    /// The records of one block of the index: small enough to build in 10 ms, large enough that 10 million are 2,442 rows.
    public static let blockRecords = 4096
    /// The blocks of the index that a query looks up at once.
    public static let candidateBlocks = 64
    /// The most records that one answer of a query holds.
    public static let queryRecordsMax = 10_000
    /// The records of an answer that names no limit.
    public static let queryRecordsDefault = 100
    /// The longest value of a filter, in bytes; longer ones match nothing that the log can hold.
    public static let filterValueBytesMax = 2048
    /// How long the follower of the index waits when nothing is new, in microseconds.
    public static let followerPauseMicroseconds: UInt32 = 100_000
    /// The bytes that an exporter puts into one request or write at most.
    public static let exporterBatchBytesMax = 1 << 20
    /// The records that an exporter puts into one request at most.
    public static let exporterBatchRecordsMax = 512
    /// How long an exporter waits after a failure, first and at most, in seconds.
    public static let exporterRetrySeconds = 0.5
    /// How long an exporter waits after many failures, in seconds.
    public static let exporterRetrySecondsMax = 30.0
    /// How long an exporter waits for one connection, answer or write, in seconds.
    public static let exporterTimeoutSeconds = 10
    /// The most exporters of one gateway.
    public static let exportersMax = 16
    /// The most alert rules, and the most groups that one rule counts at once.
    public static let alertRulesMax = 256
    /// The most groups that one rule counts at once.
    public static let alertGroupsMax = 10_000
    /// The longest window of an alert rule, in seconds.
    public static let alertWindowSecondsMax = 86_400
    /// The most alerts that wait for an output; more are dropped and counted.
    public static let alertQueueMax = 1024
    /// The most that a command of an alert may run, in seconds.
    public static let commandSecondsMax = 30
    /// The longest export proof or bundle file that is read into memory, in bytes.
    public static let proofBytesMax = 4 << 30
    /// The longest configuration of exporters or alerts, in bytes.
    public static let documentBytesMax = 1 << 20
}
