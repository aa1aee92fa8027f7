internal import Atomics
internal import Foundation
internal import Glibc
internal import NIOConcurrencyHelpers

/// Asks a thread to end.
final class StopFlag: Sendable {
    private let flag = ManagedAtomic(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }

    func set() { flag.store(true, ordering: .releasing) }

    /// Sleeps, but not long after the flag is set.
    func pause(microseconds: UInt32) {
        var left = microseconds
        while left > 0, !isSet {
            let step = min(left, 20_000)
            usleep(step)
            left -= step
        }
    }
}

/// A thread of the lowest priority that can be ended and waited for.
final class BackgroundThread: Sendable {
    private let flag = StopFlag()
    private let ended = DispatchSemaphore(value: 0)

    init(name: String, _ body: @escaping @Sendable (StopFlag) -> Void) {
        let flag = flag
        let ended = ended
        let thread = Thread {
            // Only idle time: what follows the log must not slow down what writes it.
            var parameter = sched_param()
            _ = sched_setscheduler(0, Self.idlePolicy, &parameter)
            body(flag)
            ended.signal()
        }
        thread.name = name
        thread.start()
    }

    /// Linux's SCHED_IDLE (sched(7)), which Glibc's module doesn't export.
    private static let idlePolicy: Int32 = 5

    func stop() {
        flag.set()
        ended.wait()
        ended.signal()
    }
}
