import NIOConcurrencyHelpers

/// The encoded records that a lane has queued, and later what became of them.
///
/// INVARIANT: the fields belong to the lane until it submits the batch, then to the leader until
/// the batch is woken as done; both hand-overs go through a lock. Hence `@unchecked Sendable`.
final class LaneBatch: @unchecked Sendable {
    struct Entry {
        var start: Int
        var count: Int
        var decisionID: UInt64
        var isAwaited: Bool
    }

    enum Role {
        case done
        case lead
    }

    var bytes: [UInt8] = []
    var entries: ContiguousArray<Entry> = []
    var nowNanoseconds: Int64 = 0
    var sealed: ContiguousArray<SealedRecord> = []
    var failure: AuditError?
    private var role = Role.done
    private let signal = ConditionLock(value: false)

    /// Waits until another thread has committed the batch or wants this thread to lead.
    func wait() -> Role {
        signal.lock(whenValue: true)
        defer { signal.unlock(withValue: false) }
        return role
    }

    func wake(_ role: Role) {
        signal.lock()
        self.role = role
        signal.unlock(withValue: true)
    }

    /// Encodes a record at the end; on an error nothing is added.
    func append(
        _ record: borrowing Record, isAwaited: Bool
    ) throws(AuditError) -> Int {
        let start = bytes.count
        do throws(AuditError) {
            try RecordEncoder.append(record, to: &bytes)
            let count = bytes.count - start
            if count + Limits.linePrefixBytesMax > Limits.recordBytesMax {
                throw AuditError.recordTooLarge(bytes: count + Limits.linePrefixBytesMax)
            }
            entries.append(
                Entry(
                    start: start, count: count, decisionID: record.decisionID,
                    isAwaited: isAwaited))
            return count
        } catch {
            bytes.removeLast(bytes.count - start)
            throw error
        }
    }

    /// Appends a record that is already encoded.
    func append(encoded: [UInt8], decisionID: UInt64) {
        entries.append(
            Entry(
                start: bytes.count, count: encoded.count, decisionID: decisionID,
                isAwaited: true))
        bytes.append(contentsOf: encoded)
    }

    func clear() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }

    /// Drops the awaited records and keeps the others for the next batch.
    func keepUnawaited() {
        var kept: [UInt8] = []
        var keptEntries: ContiguousArray<Entry> = []
        for entry in entries where !entry.isAwaited {
            var moved = entry
            moved.start = kept.count
            kept.append(contentsOf: bytes[entry.start..<entry.start + entry.count])
            keptEntries.append(moved)
        }
        bytes = kept
        entries = keptEntries
    }
}
