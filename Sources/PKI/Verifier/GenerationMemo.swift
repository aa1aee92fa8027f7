import NIOConcurrencyHelpers

/// A bounded memo that forgets what was not asked for lately.
///
/// Two generations: when the young one is full it becomes the old one and the old one is dropped; a hit in
/// the old one moves the entry to the young one. At most twice `capacity` entries exist.
final class GenerationMemo<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct State {
        var young: [Key: Value] = [:]
        var old: [Key: Value] = [:]
    }

    private let capacity: Int
    private let state = NIOLockedValueBox(State())

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    var count: Int {
        state.withLockedValue { $0.young.count + $0.old.count }
    }

    subscript(key: Key) -> Value? {
        get {
            state.withLockedValue { state in
                if let value = state.young[key] { return value }
                guard let value = state.old.removeValue(forKey: key) else { return nil }
                Self.insert(value, for: key, capacity: capacity, into: &state)
                return value
            }
        }
        set {
            state.withLockedValue { state in
                state.old[key] = nil
                guard let newValue else {
                    state.young[key] = nil
                    return
                }
                Self.insert(newValue, for: key, capacity: capacity, into: &state)
            }
        }
    }

    private static func insert(
        _ value: Value, for key: Key, capacity: Int, into state: inout State
    ) {
        if state.young.count >= capacity, state.young[key] == nil {
            state.old = state.young
            state.young = [:]
        }
        state.young[key] = value
    }
}
