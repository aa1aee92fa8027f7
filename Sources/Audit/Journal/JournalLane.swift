/// One thread's way into the journal: an event loop appends records and commits them together.
///
/// A lane belongs to one thread. It gathers records in one batch while another is being written:
/// `submit` hands the gathered records over and returns at once, `collect` takes what became of them once `onFinish`
/// was called. `commit` does both and blocks the thread for about one fdatasync.
public final class JournalLane {
    private let core: JournalCore
    private var gathering: LaneBatch
    private var submitted: LaneBatch
    /// Whether a batch is with the committer, or finished and not yet collected.
    public private(set) var isSubmitted = false
    /// Unawaited records that were dropped because the lane was full, until a record says so.
    private var dropped: UInt64 = 0

    init(core: JournalCore, onFinish: (@Sendable () -> Void)?) {
        self.core = core
        gathering = LaneBatch(onFinish: onFinish)
        submitted = LaneBatch(onFinish: onFinish)
    }

    /// The number of records that wait to be submitted.
    public var pending: Int { gathering.entries.count }

    /// Queues a record; its receipt comes out of the commit that it is submitted with, in append order.
    ///
    /// - Throws: `AuditError.refusing` while nothing can be written, `.queueFull`,
    ///   `.recordTooLarge`, `.malformedDetail`, `.closed`.
    public func append(_ record: borrowing Record) throws(AuditError) {
        try core.checkOpen()
        guard gathering.awaited.records < core.configuration.laneRecordsMax,
            gathering.awaited.bytes < core.configuration.laneBytesMax
        else { throw .queueFull }
        try gathering.append(record, isAwaited: true)
    }

    /// Queues a record that nobody waits for; it is kept and tried again if a batch fails.
    ///
    /// Over the lane's limits it is dropped and counted, and a record `log.dropped` says how many.
    /// A detail that is malformed or too long is left out.
    public func appendUnawaited(_ record: borrowing Record) {
        guard gathering.unawaited.records < Limits.laneUnawaitedMax,
            gathering.unawaited.bytes < Limits.laneUnawaitedBytesMax
        else {
            dropped += 1
            return
        }
        if (try? gathering.append(record, isAwaited: false)) != nil { return }
        var shorter = copy record
        shorter.detail = Array(#"{"truncated":true}"#.utf8)
        if (try? gathering.append(shorter, isAwaited: false)) == nil { dropped += 1 }
    }

    /// Hands what was gathered to the committer, unless a batch is under way or nothing was gathered.
    ///
    /// - Returns: whether a batch was handed over; the lane's `onFinish` will be called once for it.
    @discardableResult
    public func submit(nowNanoseconds: Int64) -> Bool {
        guard !isSubmitted else { return false }
        if dropped > 0 { reportDropped() }
        guard !gathering.entries.isEmpty else { return false }
        swap(&gathering, &submitted)
        isSubmitted = true
        submitted.nowNanoseconds = nowNanoseconds
        core.committer.submit(submitted)
        return true
    }

    /// Takes what became of the batch under way; blocks until that is known.
    ///
    /// - Returns: nil if no batch is under way.
    public func collect() -> Commit? {
        guard isSubmitted else { return nil }
        submitted.wait()
        isSubmitted = false
        defer { submitted.clear() }
        let sealed = submitted.sealed
        submitted.sealed = []
        if let failure = submitted.failure {
            gathering.adopt(unawaitedOf: submitted)
            return Commit(
                failure: failure, sealed: [], nowNanoseconds: submitted.nowNanoseconds)
        }
        return Commit(failure: nil, sealed: sealed, nowNanoseconds: submitted.nowNanoseconds)
    }

    /// Blocks until all that was gathered is durable or has failed.
    ///
    /// A batch that was submitted before has to be collected first.
    public func commit(nowNanoseconds: Int64) -> Commit {
        if submit(nowNanoseconds: nowNanoseconds), let commit = collect() { return commit }
        return Commit(failure: nil, sealed: [], nowNanoseconds: nowNanoseconds)
    }

    private func reportDropped() {
        let record = Record(
            kind: .system, action: "log.dropped", detail: Array(#"{"records":\#(dropped)}"#.utf8))
        if (try? gathering.append(record, isAwaited: false)) != nil { dropped = 0 }
    }
}
