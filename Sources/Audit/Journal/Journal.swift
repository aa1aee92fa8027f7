/// The write-ahead audit log: nothing happens before its record is on disk.
///
/// Records go in through lanes, one a thread, or through `record`. All of them share one total
/// order, one Merkle tree (RFC 6962) and the same commits. If the log can't be written, the journal
/// refuses until it can. A journal has two threads of its own, which end with `close()`.
public final class Journal: Sendable {
    /// The changes whose outcome the log did not tell when it was opened.
    public let openIntents: [OpenIntent]
    /// What a person should mend about the log's folder, a line each.
    public let warnings: [String]
    /// What was lost, if the log was opened to record that an operator goes on without it.
    public let acceptedLoss: LogLoss?
    /// How many of the log's records were not read when it was opened, since seals tell of them.
    public let unreadRecords: UInt64
    /// Reads the log's segments again and seals them; nil for a log without keys.
    public let selfAudit: SelfAudit?
    /// Packs the log's full segments; nil for a log without keys.
    public let packer: SegmentPacker?
    /// Takes the log's oldest segments away; nil for a log without keys.
    public let pruner: SegmentPruner?
    private let core: JournalCore
    private let keeper: Keeper
    private let singles = SingleRecords()
    private let noise = NoiseRecords()

    /// Opens or creates a log after verifying all of it that no seal tells of.
    ///
    /// - Parameters:
    ///   - configuration: where the log stands and its limits.
    ///   - replay: sees every intent, outcome and system record of the log in order; of segments that are told of by seals not the
    ///     changes of the catalogue.
    /// - Returns: the journal, ready to take records.
    /// - Throws: `AuditError.locked` if another process has it, `.damaged` for damage before the
    ///   last commit line, `.lost` for a log that others know more of, `.io`, `.replayFailed`, `.misconfigured`.
    public static func open(
        _ configuration: JournalConfiguration,
        replay: (ReplayedRecord) throws -> Void = { _ in }
    ) throws(AuditError) -> Journal {
        try open(configuration, system: PosixFileSystem(), replay: replay)
    }

    package static func open(
        _ configuration: JournalConfiguration, system: any FileSystem,
        replay: (ReplayedRecord) throws -> Void = { _ in }
    ) throws(AuditError) -> Journal {
        try configuration.validate()
        let (core, log) = try JournalOpening(configuration: configuration, system: system)
            .open(replay: replay)
        return Journal(core: core, log: log)
    }

    private init(core: JournalCore, log: OpenedLog) {
        self.core = core
        openIntents = log.openIntents
        acceptedLoss = log.acceptedLoss
        unreadRecords = log.unreadRecords
        let seals = core.configuration.seals.map { settings in
            SealFolder(
                system: core.system,
                layout: LogLayout(directory: core.configuration.directory), settings: settings)
        }
        selfAudit = seals.map { SelfAudit(core: core, folder: $0, sealed: log.withSeal) }
        packer = seals.map { SegmentPacker(core: core, seals: $0) }
        pruner = seals.map { SegmentPruner(core: core, seals: $0, pruned: log.pruned) }
        warnings = LogLayout.warnings(of: log.strangers)
        keeper = Keeper(core: core)
        core.committer.start { [core] round in core.writeRound(round) }
    }

    /// Makes a lane for one thread.
    ///
    /// - Parameter onFinish: called on the committer's thread each time a submitted batch can be collected.
    /// - Returns: the lane, which is used by one thread only.
    public func makeLane(onFinish: (@Sendable () -> Void)? = nil) -> JournalLane {
        JournalLane(core: core, onFinish: onFinish)
    }

    /// Makes one record durable; for callers that are not on an event loop.
    ///
    /// - Throws: as `JournalLane.append`, and what makes the commit fail.
    public func record(_ record: Record) async throws(AuditError) -> Receipt {
        try await singles.record(record, in: core)
    }

    /// Makes records durable together, all of them or none.
    ///
    /// - Throws: as `record`.
    public func record(all records: [Record]) async throws(AuditError) {
        try await singles.record(all: records, in: core)
    }

    /// Makes a record durable that a stranger caused, without waiting.
    ///
    /// Such records have places of their own, `noiseRecordsMax` of them, so that they never take those of a lane.
    ///
    /// - Parameters:
    ///   - record: What a stranger did.
    ///   - done: Called once, on any thread: with nil when the record is on disk, else with why it is not.
    public func recordNoise(
        _ record: borrowing Record, done: @escaping @Sendable (AuditError?) -> Void
    ) {
        noise.record(record, in: core, done: done)
    }

    /// Whether records are taken.
    public var state: JournalState { core.snapshot.state }

    /// Whether records are written in time.
    public var writing: JournalWriting { core.writing }

    /// The number of records in the log.
    public var treeSize: UInt64 { core.snapshot.treeSize }

    /// The tree's root over all records.
    public var root: TreeHash { core.snapshot.root }

    /// The end of the log as it is now.
    public var anchor: LogAnchor {
        let status = core.snapshot
        return LogAnchor(size: status.treeSize, root: status.root)
    }

    /// What the log takes on disk.
    public var space: LogSpaceUse { core.space }

    /// The hashes of durable records, for the tiles.
    var leaves: LeafQueue { core.leaves }

    /// Where the log stands, and what its files are read by.
    var place: (directory: String, system: any FileSystem) {
        (core.configuration.directory, core.system)
    }

    /// Looks whether the log's files are what was verified and written; from then on refuses if they are not.
    ///
    /// Nobody who writes waits for it. It goes on by itself once the files are again as they were.
    public func inspect() { core.inspect() }

    /// Writes a last record, cuts the fill off and gives the folder free.
    ///
    /// Lanes should have committed before; what they still hold is not written.
    public func close() {
        core.committer.stop()
        keeper.stop()
        core.shutDown()
    }
}
