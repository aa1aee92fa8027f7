import Time

/// How a journal is opened.
public struct JournalConfiguration: Sendable {
    /// The audit folder; created if missing.
    public var directory: String
    /// The program's version, for the record `log.started`.
    public var version: String
    /// The digest of the configuration in force, for the record `log.started`.
    public var configDigest: String?
    /// The size in bytes after which a new segment is begun.
    public var segmentBytesMax: Int64 = Limits.segmentBytesDefault
    /// How many bytes a segment is filled ahead; 0 turns it off.
    public var fillBytes: Int = Limits.fillBytesDefault
    /// Below this many free bytes the journal refuses, and goes on above twice as many; 0 turns it off.
    public var freeBytesMin: Int64 = Limits.freeBytesDefault
    /// What others know of the log.
    public var known = KnownLog()
    /// By which seals it is opened without reading all of it; nil reads all.
    public var seals: SealSettings?
    /// The keys that the log's own marks are verified by: all that it ever had.
    ///
    /// Without them a log whose oldest segments were taken away is not opened.
    public var ownKeys: [VerifierKey] = []
    /// How long the keeper waits between attempts to recover.
    public var retrySeconds: Double = 1
    /// The records that may wait in one lane.
    public var laneRecordsMax: Int = Limits.laneRecordsMax
    /// The encoded bytes that may wait in one lane.
    public var laneBytesMax: Int = Limits.laneBytesMax
    /// The identifier of this boot, for segment headers and `log.started`.
    public var bootID: String = JournalConfiguration.systemBootID()
    /// The clock of durations, nanoseconds.
    public var elapsed: @Sendable () -> Int64 = Clocks.system.elapsed
    /// The clock of async callers' and of the log's own records, nanoseconds since 1970.
    public var clock: @Sendable () -> Int64 = Clocks.system.wall

    /// Makes a configuration with the default limits.
    public init(directory: String, version: String = "dev", configDigest: String? = nil) {
        self.directory = directory
        self.version = version
        self.configDigest = configDigest
    }

    private static func systemBootID() -> String {
        let system = PosixFileSystem()
        guard let file = try? system.open("/proc/sys/kernel/random/boot_id", .read) else {
            return ""
        }
        defer { system.close(file) }
        guard let bytes = try? system.readRange(file, from: 0, count: 64) else { return "" }
        return String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
    }

    func validate() throws(AuditError) {
        if directory.isEmpty { throw .misconfigured("no folder") }
        if known.acceptedReason?.utf8.count ?? 1 > Limits.lossReasonBytesMax {
            throw .misconfigured(
                "a reason may have \(Limits.lossReasonBytesMax) bytes, no more")
        }
        if segmentBytesMax < Limits.segmentBytesMin {
            throw .misconfigured("segments of \(segmentBytesMax) bytes are too small")
        }
        if fillBytes < 0 || Int64(fillBytes) > segmentBytesMax {
            throw .misconfigured("a fill of \(fillBytes) bytes does not suit the segments")
        }
        if laneRecordsMax < 1 || laneBytesMax < Limits.recordBytesMax {
            throw .misconfigured("a lane must hold at least one record")
        }
    }
}
