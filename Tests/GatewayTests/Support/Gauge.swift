import NIOConcurrencyHelpers

/// A number that tests wait for; nobody waits any longer once their task is cancelled.
final class Gauge: Sendable {
    private struct State {
        var value = 0
        var watchers: [(least: Int, end: AsyncStream<Never>.Continuation)] = []
    }

    private let state = NIOLockedValueBox(State())

    var value: Int {
        get { state.withLockedValue { $0.value } }
        set { change { $0 = newValue } }
    }

    func add() { change { $0 += 1 } }

    /// Waits until the number is as high.
    func until(_ least: Int) async {
        let (stream, end) = AsyncStream<Never>.makeStream()
        let isSo = state.withLockedValue { state in
            if state.value < least { state.watchers.append((least, end)) }
            return state.value >= least
        }
        guard !isSo else { return }
        for await _ in stream {}
    }

    private func change(_ change: (inout Int) -> Void) {
        state.withLockedValue { state in
            change(&state.value)
            for watcher in state.watchers where watcher.least <= state.value {
                watcher.end.finish()
            }
            state.watchers.removeAll { $0.least <= state.value }
        }
    }
}
