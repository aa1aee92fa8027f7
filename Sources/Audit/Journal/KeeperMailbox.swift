import NIOConcurrencyHelpers

/// What the keeper is asked to do; taken as a whole.
struct KeeperWork {
    var fill: (segment: ActiveSegment, target: Int64)?
    var isRefusing = false
    var stops = false
}

/// Hands work to the keeper's thread.
///
/// `work` is guarded by `signal`.
final class KeeperMailbox: @unchecked Sendable {
    private var work = KeeperWork()
    private let signal = ConditionLock(value: false)

    func fill(_ segment: ActiveSegment, to target: Int64) {
        post { $0.fill = (segment, target) }
    }

    func failed() {
        post { work in
            work.isRefusing = true
            work.fill = nil
        }
    }

    func stop() {
        post { $0.stops = true }
    }

    /// Waits for work, at most the given time if there is one.
    func take(timeoutSeconds: Double?) -> KeeperWork {
        if let timeoutSeconds {
            if !signal.lock(whenValue: true, timeoutSeconds: timeoutSeconds) { return KeeperWork() }
        } else {
            signal.lock(whenValue: true)
        }
        defer { signal.unlock(withValue: false) }
        let taken = work
        work = KeeperWork()
        return taken
    }

    private func post(_ change: (inout KeeperWork) -> Void) {
        signal.lock()
        change(&work)
        signal.unlock(withValue: true)
    }
}
