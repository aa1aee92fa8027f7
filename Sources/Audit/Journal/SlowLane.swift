import NIOConcurrencyHelpers

/// The lane of async callers: one thread that commits for all of them.
///
/// `waiting` and `isStopped` are guarded by `signal`.
final class SlowLane: @unchecked Sendable {
    typealias Answer = Result<(SealedRecord, Int64), AuditError>

    private struct Waiting {
        var encoded: [UInt8]
        var decisionID: UInt64
        var continuation: CheckedContinuation<Answer, Never>
    }

    private let core: JournalCore
    private let signal = ConditionLock(value: false)
    private var waiting: [Waiting] = []
    private var isStopped = false
    private let thread: NIOLockedValueBox<JoinableThread?> = NIOLockedValueBox(nil)

    init(core: JournalCore) {
        self.core = core
        let started = JoinableThread(name: "audit-slow-lane") { [self] in run() }
        thread.withLockedValue { $0 = started }
    }

    /// Makes a record durable and gives what is known about it.
    func record(_ record: Record) async throws(AuditError) -> Receipt {
        try core.checkOpen()
        let scratch = LaneBatch()
        _ = try scratch.append(record, isAwaited: true)
        let encoded = scratch.bytes
        let decisionID = record.decisionID
        let answer = await withCheckedContinuation { continuation in
            enqueue(
                Waiting(encoded: encoded, decisionID: decisionID, continuation: continuation))
        }
        let (sealed, now) = try answer.get()
        return Receipt(sealed, nowNanoseconds: now)
    }

    /// Commits what waits, refuses what comes later, ends the thread.
    func stop() {
        signal.lock()
        isStopped = true
        signal.unlock(withValue: true)
        thread.withLockedValue { $0 }?.join()
    }

    private func enqueue(_ entry: Waiting) {
        signal.lock()
        if isStopped {
            signal.unlock()
            return entry.continuation.resume(returning: .failure(.closed))
        }
        if waiting.count >= Limits.slowRecordsMax {
            signal.unlock()
            return entry.continuation.resume(returning: .failure(.queueFull))
        }
        waiting.append(entry)
        signal.unlock(withValue: true)
    }

    private func run() {
        let batch = LaneBatch()
        while true {
            signal.lock(whenValue: true)
            let taken = waiting
            let stops = isStopped
            waiting = []
            signal.unlock(withValue: false)
            if !taken.isEmpty { commit(taken, in: batch) }
            if stops { return }
        }
    }

    private func commit(_ taken: [Waiting], in batch: LaneBatch) {
        for entry in taken {
            batch.append(encoded: entry.encoded, decisionID: entry.decisionID)
        }
        batch.nowNanoseconds = core.configuration.clock()
        core.commit(batch)
        for (index, entry) in taken.enumerated() {
            if let failure = batch.failure {
                entry.continuation.resume(returning: .failure(failure))
            } else {
                entry.continuation.resume(
                    returning: .success((batch.sealed[index], batch.nowNanoseconds)))
            }
        }
        batch.clear()
        batch.sealed = []
    }
}
