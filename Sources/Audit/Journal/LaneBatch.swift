import NIOConcurrencyHelpers

/// The encoded records that a lane has queued, and later what became of them.
///
/// INVARIANT: the fields belong to the lane until it submits the batch, then to the committer until it calls `finish`;
/// both hand-overs go through a lock. Hence `@unchecked Sendable`.
final class LaneBatch: @unchecked Sendable {
    struct Entry {
        var start: Int
        var count: Int
        var decisionID: UInt64
        var isAwaited: Bool
        /// For one of a series, whose line in brief follows the whole one: what it goes by.
        var template: RecordTemplate?
        var briefCount = 0
    }

    var bytes: [UInt8] = []
    var entries: ContiguousArray<Entry> = []
    /// The number and size of the records that somebody waits for.
    private(set) var awaited = Load()
    /// The number and size of those that nobody waits for.
    private(set) var unawaited = Load()
    var nowNanoseconds: Int64 = 0
    var sealed: ContiguousArray<SealedRecord> = []
    var failure: AuditError?
    /// Called on the committer's thread each time the batch has been committed or has failed.
    var onFinish: (@Sendable () -> Void)?
    private let finished = ConditionLock(value: false)

    struct Load {
        var records = 0
        var bytes = 0
    }

    init(onFinish: (@Sendable () -> Void)? = nil) {
        self.onFinish = onFinish
    }

    /// Tells the lane what became of the batch.
    func finish() {
        finished.lock()
        finished.unlock(withValue: true)
        onFinish?()
    }

    /// Blocks until `finish` has been called, and makes the batch ready to be submitted again.
    func wait() {
        finished.lock(whenValue: true)
        finished.unlock(withValue: false)
    }

    /// Encodes a record at the end; on an error nothing is added.
    func append(_ record: borrowing Record, isAwaited: Bool) throws(AuditError) {
        let start = bytes.count
        do throws(AuditError) {
            let common = try RecordEncoder.append(record, to: &bytes)
            let count = bytes.count - start
            if count + Limits.linePrefixBytesMax > Limits.recordBytesMax {
                throw AuditError.recordTooLarge(bytes: count + Limits.linePrefixBytesMax)
            }
            var entry = Entry(
                start: start, count: count, decisionID: record.decisionID, isAwaited: isAwaited)
            if isAwaited, record.kind == .decision, let series = record.series {
                entry.template = series.template(for: bytes[common...])
                RecordEncoder.appendBrief(record, to: &bytes)
                entry.briefCount = bytes.count - start - count
            }
            note(entry)
        } catch {
            bytes.removeLast(bytes.count - start)
            throw error
        }
    }

    private func note(_ entry: Entry) {
        entries.append(entry)
        if entry.isAwaited {
            awaited.records += 1
            awaited.bytes += entry.count
        } else {
            unawaited.records += 1
            unawaited.bytes += entry.count
        }
    }

    /// Takes over the records of a failed batch that nobody waits for: they are tried again.
    func adopt(unawaitedOf failed: LaneBatch) {
        for entry in failed.entries where !entry.isAwaited {
            var moved = entry
            moved.start = bytes.count
            bytes.append(contentsOf: failed.bytes[entry.start..<entry.start + entry.count])
            note(moved)
        }
    }

    func clear() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        awaited = Load()
        unawaited = Load()
        failure = nil
    }
}
