import Glibc

/// A lock with a condition to wait for, whose waits end by time that passes, whatever is done to the wall clock.
///
/// The condition of other libraries waits until a moment of the wall clock: set back by an hour, it waits for an hour.
final class MonotonicCondition {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs the body while no other thread does.
    func locked<R>(_ body: () -> R) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Wakes a thread that waits; to be called within `locked`.
    func signal() { pthread_cond_signal(condition) }

    /// Waits until it is true or the time is over; to be called within `locked`, which is given up meanwhile.
    ///
    /// - Returns: Whether it is true.
    func wait(atMostSeconds seconds: Double?, until isTrue: () -> Bool) -> Bool {
        guard let seconds else {
            while !isTrue() { pthread_cond_wait(condition, mutex) }
            return true
        }
        var end = Self.moment(afterSeconds: seconds)
        while !isTrue() {
            if pthread_cond_timedwait(condition, mutex, &end) == ETIMEDOUT { return isTrue() }
        }
        return true
    }

    private static func moment(afterSeconds seconds: Double) -> timespec {
        var moment = timespec()
        clock_gettime(CLOCK_MONOTONIC, &moment)
        let bounded = min(max(0, seconds), Limits.waitSecondsMax)
        let nanoseconds = moment.tv_nsec + Int(bounded * 1e9)
        moment.tv_sec += nanoseconds / 1_000_000_000
        moment.tv_nsec = nanoseconds % 1_000_000_000
        return moment
    }
}
