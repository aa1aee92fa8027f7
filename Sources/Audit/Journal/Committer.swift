import NIOConcurrencyHelpers

/// The journal's writing thread: it makes durable, in one round, all that was submitted during the last.
///
/// Nobody who has other work waits for a sync: an event loop submits its batch, goes on reading and encoding, and is told.
/// So processors stay busy while the disk writes, and the slower the disk, the larger the next round.
/// `queue` and `isStopped` are guarded by `signal`.
final class Committer: @unchecked Sendable {
    private let signal = ConditionLock(value: false)
    private var queue: [LaneBatch] = []
    private var isStopped = false
    private let thread = NIOLockedValueBox<JoinableThread?>(nil)

    func start(write: @escaping @Sendable ([LaneBatch]) -> Void) {
        let started = JoinableThread(name: "audit-committer") { [self] in run(write) }
        thread.withLockedValue { $0 = started }
    }

    /// Takes a batch; it is told when it has been committed or has failed.
    func submit(_ batch: LaneBatch) {
        signal.lock()
        if isStopped {
            signal.unlock()
            batch.failure = .closed
            return batch.finish()
        }
        queue.append(batch)
        signal.unlock(withValue: true)
    }

    /// Commits what was submitted, refuses what comes later, ends the thread.
    func stop() {
        signal.lock()
        isStopped = true
        signal.unlock(withValue: true)
        thread.withLockedValue { $0 }?.join()
    }

    private func run(_ write: ([LaneBatch]) -> Void) {
        var round: [LaneBatch] = []
        while true {
            signal.lock(whenValue: true)
            swap(&round, &queue)
            let stops = isStopped
            signal.unlock(withValue: stops)
            if !round.isEmpty { write(round) }
            for batch in round { batch.finish() }
            round.removeAll(keepingCapacity: true)
            if stops { return }
        }
    }
}
