import Audit
import NIOConcurrencyHelpers

/// The moments before each call, and control over the keeper's own files.
extension MemoryFileSystem {
    /// From now on the state before each call is kept.
    func keepMoments() { moments.withLockedValue { $0 = [] } }

    /// The kept states and the present one, each as a system of its own, with the note of its time.
    func keptMoments() -> [(system: MemoryFileSystem, note: Int)] {
        let now = state.withLockedValue { $0 }
        let kept = moments.withLockedValue { $0 ?? [] } + [now]
        return kept.map { (MemoryFileSystem($0), $0.note) }
    }

    func note(_ value: Int) { state.withLockedValue { $0.note = value } }

    /// Makes whoever opens a file for updates wait: of a journal that runs well, the keeper.
    func holdUpdates() {
        updates.lock()
        updates.unlock(withValue: false)
    }

    func releaseUpdates() {
        updates.lock()
        updates.unlock(withValue: true)
    }

    func passUpdates() {
        updates.lock(whenValue: true)
        updates.unlock()
    }
}
