import Foundation
import NIOConcurrencyHelpers

/// A thread that can be waited for.
final class JoinableThread: Sendable {
    private let ended = ManagedEnd()

    init(name: String, _ body: @escaping @Sendable () -> Void) {
        let ended = ended
        let thread = Thread {
            body()
            ended.signal()
        }
        thread.name = name
        thread.start()
    }

    /// Returns when the thread's body has returned.
    func join() { ended.wait() }
}

/// A flag that is set once and can be waited for; `ConditionLock` guards itself.
private final class ManagedEnd: @unchecked Sendable {
    private let lock = ConditionLock(value: false)

    func signal() {
        lock.lock()
        lock.unlock(withValue: true)
    }

    func wait() {
        lock.lock(whenValue: true)
        lock.unlock(withValue: true)
    }
}
