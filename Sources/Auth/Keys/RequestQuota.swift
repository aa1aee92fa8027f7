internal import Synchronization

/// How many requests may come in a window of time; shared by all event loops, one atomic word.
///
/// A window begins with the first request after the last one.
final class RequestQuota: Sendable {
    /// What one request left of it.
    struct Reading {
        let isWithin: Bool
        let left: UInt32
        let secondsLeft: UInt32
    }

    let name: StaticString
    let limit: UInt32
    let seconds: UInt32
    /// The second that the window began in, and how many came since.
    private let window = Atomic<UInt64>(0)

    init(_ name: StaticString, limit: Int, seconds: UInt32) {
        self.name = name
        self.limit = UInt32(clamping: limit)
        self.seconds = seconds
    }

    /// Takes one request, if there is one left.
    func take(at second: UInt32) -> Reading {
        var seen = window.load(ordering: .relaxed)
        while true {
            var (start, used) = Self.parts(seen)
            // Also where the clock was set back: the difference wraps.
            if second &- start >= seconds { (start, used) = (second, 0) }
            let secondsLeft = seconds - (second &- start)
            guard used < limit else {
                return Reading(isWithin: false, left: 0, secondsLeft: secondsLeft)
            }
            let (isDone, other) = window.weakCompareExchange(
                expected: seen, desired: Self.word(start, used + 1), ordering: .relaxed)
            if isDone {
                return Reading(isWithin: true, left: limit - used - 1, secondsLeft: secondsLeft)
            }
            seen = other
        }
    }

    /// Gives back what was taken for a request that another quota refused.
    func giveBack() {
        var seen = window.load(ordering: .relaxed)
        while true {
            let (start, used) = Self.parts(seen)
            guard used > 0 else { return }
            let (isDone, other) = window.weakCompareExchange(
                expected: seen, desired: Self.word(start, used - 1), ordering: .relaxed)
            if isDone { return }
            seen = other
        }
    }

    private static func parts(_ word: UInt64) -> (start: UInt32, used: UInt32) {
        (UInt32(truncatingIfNeeded: word >> 32), UInt32(truncatingIfNeeded: word))
    }

    private static func word(_ start: UInt32, _ used: UInt32) -> UInt64 {
        UInt64(start) << 32 | UInt64(used)
    }
}
