internal import NIOConcurrencyHelpers

/// What may be used once: remembers what was, for as long as it would else be good.
///
/// Bounded: where it is full, nothing more is taken until something ends.
package final class SpentNames: Sendable {
    private struct State {
        var names: [String: Int64] = [:]
        /// In the order of use.
        var order: [(name: String, endNanoseconds: Int64)] = []
        var first = 0
    }

    /// What came of spending a name.
    package enum Verdict: Sendable, Equatable {
        case first, again, full
    }

    private let countMax: Int
    private let state = NIOLockedValueBox(State())

    /// Remembers so many.
    package init(countMax: Int = OpenIDLimits.spentMax) {
        self.countMax = countMax
    }

    /// Spends a name that is good until then, by the clock that nobody sets.
    package func spend(
        _ name: String, until endNanoseconds: Int64, elapsedNanoseconds now: Int64
    ) -> Verdict {
        state.withLockedValue { state in
            Self.forget(now, in: &state)
            if let end = state.names[name], now < end { return .again }
            guard state.names.count < countMax else { return .full }
            state.names[name] = endNanoseconds
            state.order.append((name, endNanoseconds))
            return .first
        }
    }

    /// How many are remembered.
    package var count: Int { state.withLockedValue { $0.names.count } }

    /// Forgets from the front what has ended; what ends later than the one behind it only waits for that one.
    private static func forget(_ now: Int64, in state: inout State) {
        while state.first < state.order.count, state.order[state.first].endNanoseconds <= now {
            state.names[state.order[state.first].name] = nil
            state.first += 1
        }
        if state.first > 1024, state.first * 2 > state.order.count {
            state.order.removeFirst(state.first)
            state.first = 0
        }
    }
}
