import NIOConcurrencyHelpers
import Synchronization

/// What has changed since the persister last looked: names only, each once, so the latest state wins.
final class ChangedInstances: Sendable {
    struct Drained: Sendable {
        var keys: Set<InstanceKey> = []
        /// Too many to name: the next write replaces the whole stored state.
        var isOverflowing = false
        var tombstones: Set<ServiceKey> = []
    }

    private let state = NIOLockedValueBox(Drained())
    private let onChange = NIOLockedValueBox<(@Sendable () -> Void)?>(nil)
    private let isSignalled = Synchronization.Atomic<Bool>(false)

    var count: Int { state.withLockedValue { $0.keys.count } }

    var isEmpty: Bool {
        state.withLockedValue { $0.keys.isEmpty && !$0.isOverflowing && $0.tombstones.isEmpty }
    }

    func insert(_ key: InstanceKey) {
        state.withLockedValue { state in
            guard !state.isOverflowing else { return }
            state.keys.insert(key)
            guard state.keys.count > RegistryLimits.dirtyMax else { return }
            state.isOverflowing = true
            state.keys = []
        }
        signal()
    }

    func noteTombstone(_ key: ServiceKey) {
        state.withLockedValue { _ = $0.tombstones.insert(key) }
        signal()
    }

    /// Takes all that has changed; the next change signals again.
    func drain() -> Drained {
        isSignalled.store(false, ordering: .sequentiallyConsistent)
        return state.withLockedValue { state in
            let drained = state
            state = Drained()
            return drained
        }
    }

    /// Puts back what could not be written, and signals that it is still to be done.
    func restore(_ drained: Drained) {
        state.withLockedValue { state in
            state.keys.formUnion(drained.keys)
            state.isOverflowing =
                state.isOverflowing || drained.isOverflowing
                || state.keys.count > RegistryLimits.dirtyMax
            if state.isOverflowing { state.keys = [] }
        }
        signal()
    }

    func whenChanged(_ action: (@Sendable () -> Void)?) {
        onChange.withLockedValue { $0 = action }
        if !isEmpty { action?() }
    }

    private func signal() {
        guard !isSignalled.exchange(true, ordering: .sequentiallyConsistent) else { return }
        onChange.withLockedValue { $0 }?()
    }
}
