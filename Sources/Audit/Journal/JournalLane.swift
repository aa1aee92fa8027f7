/// One thread's way into the journal: an event loop appends records and commits them together.
///
/// A lane belongs to one thread. `commit` blocks that thread for about one fdatasync.
public final class JournalLane {
    private let core: JournalCore
    private let batch = LaneBatch()
    private var awaited = 0
    private var awaitedBytes = 0
    private var unawaited = 0
    private var unawaitedBytes = 0
    /// Unawaited records that were dropped because the lane was full, until a record says so.
    private var dropped: UInt64 = 0

    init(core: JournalCore) { self.core = core }

    /// The number of records that wait for a commit.
    public var pending: Int { awaited + unawaited }

    /// Queues a record; its receipt comes out of the next commit, in append order.
    ///
    /// - Throws: `AuditError.refusing` while nothing can be written, `.queueFull`,
    ///   `.recordTooLarge`, `.malformedDetail`, `.closed`.
    public func append(_ record: borrowing Record) throws(AuditError) {
        try core.checkOpen()
        guard awaited < core.configuration.laneRecordsMax,
            awaitedBytes < core.configuration.laneBytesMax
        else { throw .queueFull }
        awaitedBytes += try batch.append(record, isAwaited: true)
        awaited += 1
    }

    /// Queues a record that nobody waits for; it is kept and tried again if a batch fails.
    ///
    /// Over the lane's limits it is dropped and counted, and a record `log.dropped` says how many.
    /// A detail that is malformed or too long is left out.
    public func appendUnawaited(_ record: borrowing Record) {
        guard unawaited < Limits.laneUnawaitedMax, unawaitedBytes < Limits.laneUnawaitedBytesMax
        else {
            dropped += 1
            return
        }
        if let count = try? batch.append(record, isAwaited: false) {
            unawaitedBytes += count
            unawaited += 1
            return
        }
        var shorter = copy record
        shorter.detail = Array(#"{"truncated":true}"#.utf8)
        if let count = try? batch.append(shorter, isAwaited: false) {
            unawaitedBytes += count
            unawaited += 1
        } else {
            dropped += 1
        }
    }

    /// Blocks until all that was queued is durable or has failed.
    public func commit(nowNanoseconds: Int64) -> Commit {
        if batch.entries.isEmpty, dropped == 0 {
            return Commit(failure: nil, sealed: [], nowNanoseconds: nowNanoseconds)
        }
        if dropped > 0 { reportDropped() }
        batch.nowNanoseconds = nowNanoseconds
        core.commit(batch)
        awaited = 0
        awaitedBytes = 0
        let sealed = batch.sealed
        batch.sealed = []
        if let failure = batch.failure {
            batch.keepUnawaited()
            return Commit(failure: failure, sealed: [], nowNanoseconds: nowNanoseconds)
        }
        batch.clear()
        unawaited = 0
        unawaitedBytes = 0
        return Commit(failure: nil, sealed: sealed, nowNanoseconds: batch.nowNanoseconds)
    }

    private func reportDropped() {
        let record = Record(
            kind: .system, action: "log.dropped", detail: Array(#"{"records":\#(dropped)}"#.utf8))
        if let count = try? batch.append(record, isAwaited: false) {
            unawaitedBytes += count
            unawaited += 1
            dropped = 0
        }
    }
}
