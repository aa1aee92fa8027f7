import NIOConcurrencyHelpers

/// Leader and followers: whoever finds no leader writes for all who queued meanwhile.
///
/// A leader does one round and hands the lead to the first batch that came after it, so no thread
/// works for others for ever. `queue` and `hasLeader` are guarded by `lock`.
final class GroupCommit: @unchecked Sendable {
    private let lock = NIOLock()
    private var queue: [LaneBatch] = []
    private var hasLeader = false

    /// Returns when the batch has been committed or has failed; blocks the calling thread.
    func submit(_ batch: LaneBatch, write: ([LaneBatch]) -> Void) {
        let leads = lock.withLock {
            queue.append(batch)
            defer { hasLeader = true }
            return !hasLeader
        }
        if !leads, batch.wait() == .done { return }
        let round = lock.withLock {
            let taken = queue
            queue.removeAll()
            return taken
        }
        write(round)
        let heir = lock.withLock {
            if queue.isEmpty { hasLeader = false }
            return queue.first
        }
        heir?.wake(.lead)
        for other in round where other !== batch { other.wake(.done) }
    }
}
