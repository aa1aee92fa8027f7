import Synchronization

/// The way of async callers into the journal: one record, one batch; the committer groups them.
struct SingleRecords: ~Copyable {
    private let waiting = Atomic<Int>(0)

    /// Makes a record durable and gives its receipt.
    func record(_ record: Record, in core: JournalCore) async throws(AuditError) -> Receipt {
        try core.checkOpen()
        guard waiting.add(1, ordering: .relaxed).newValue <= Limits.singleRecordsMax else {
            waiting.subtract(1, ordering: .relaxed)
            throw .queueFull
        }
        defer { waiting.subtract(1, ordering: .relaxed) }
        let batch = try await commit([record], in: core)
        if let failure = batch.failure { throw failure }
        guard let sealed = batch.sealed.first else { throw .closed }
        return Receipt(sealed, nowNanoseconds: batch.nowNanoseconds)
    }

    /// Makes records durable in one batch, whole or not at all.
    func record(all records: [Record], in core: JournalCore) async throws(AuditError) {
        try core.checkOpen()
        if let failure = try await commit(records, in: core).failure { throw failure }
    }

    private func commit(
        _ records: [Record], in core: JournalCore
    ) async throws(AuditError) -> LaneBatch {
        let batch = LaneBatch()
        for record in records { try batch.append(record, isAwaited: true) }
        batch.nowNanoseconds = core.configuration.clock()
        await withCheckedContinuation { continuation in
            batch.onFinish = { continuation.resume() }
            core.committer.submit(batch)
        }
        return batch
    }
}
