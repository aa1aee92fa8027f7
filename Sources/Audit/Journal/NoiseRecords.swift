import Synchronization

/// The way into the journal of what strangers cause: bounded by itself, so that it takes no place of authenticated work.
final class NoiseRecords: Sendable {
    private let waiting = Atomic<Int>(0)

    /// Hands one record to the committer, or says at once why not.
    func record(
        _ record: borrowing Record, in core: JournalCore,
        done: @escaping @Sendable (AuditError?) -> Void
    ) {
        do throws(AuditError) {
            try core.checkOpen()
            let batch = LaneBatch()
            try batch.append(record, isAwaited: true)
            try takePlace()
            batch.nowNanoseconds = core.configuration.clock()
            batch.onFinish = { [self] in
                batch.onFinish = nil
                waiting.subtract(1, ordering: .relaxed)
                done(batch.failure)
            }
            core.committer.submit(batch)
        } catch {
            done(error)
        }
    }

    private func takePlace() throws(AuditError) {
        guard waiting.add(1, ordering: .relaxed).newValue <= Limits.noiseRecordsMax else {
            waiting.subtract(1, ordering: .relaxed)
            throw .queueFull
        }
    }
}
