/// What the keeper is asked to do; taken as a whole.
struct KeeperWork {
    var fill: (segment: ActiveSegment, target: Int64)?
    var isRefusing = false
    var stops = false
}

/// Hands work to the keeper's thread.
///
/// `work` and `isPosted` are guarded by `condition`.
final class KeeperMailbox: @unchecked Sendable {
    private var work = KeeperWork()
    private var isPosted = false
    private let condition = MonotonicCondition()

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
        condition.locked {
            guard condition.wait(atMostSeconds: timeoutSeconds, until: { isPosted }) else {
                return KeeperWork()
            }
            defer {
                work = KeeperWork()
                isPosted = false
            }
            return work
        }
    }

    private func post(_ change: (inout KeeperWork) -> Void) {
        condition.locked {
            change(&work)
            isPosted = true
            condition.signal()
        }
    }
}
