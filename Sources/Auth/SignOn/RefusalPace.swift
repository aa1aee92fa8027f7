internal import NIOConcurrencyHelpers

/// When a refused password is answered, so that the time does not tell what was wrong: a directory takes longer for a wrong password, which
/// it hashes and counts, than for a name that nobody has, and whom we refuse ourselves had the right one.
///
/// Refusals are answered at whole steps from their beginning, and none sooner than the slowest attempt of the last minutes would have been.
package struct RefusalPace: Sendable {
    private struct State {
        /// The most steps that an attempt has taken in this stretch of time and in the one before.
        var now: Int64 = 1
        var before: Int64 = 1
        var began: Int64 = 0
    }

    private let step: Int64
    private let state = NIOLockedValueBox(State())

    /// Makes one that has seen nothing.
    ///
    /// - Parameter step: The length of a step, in nanoseconds.
    package init(step: Int64 = SignOnLimits.refusalStepNanoseconds) { self.step = step }

    /// Takes note of an attempt that was judged, by the clock that nobody sets.
    ///
    /// - Returns: How much longer it is held back where it is refused, in nanoseconds.
    package func hold(from begin: Int64, to end: Int64) -> Int64 {
        let took = max(0, end - begin)
        let steps = state.withLockedValue { state in
            Self.turn(&state, at: end)
            state.now = max(state.now, min(took / step + 1, SignOnLimits.refusalStepsMax))
            return max(state.now, state.before)
        }
        return max(0, steps * step - took)
    }

    private static func turn(_ state: inout State, at moment: Int64) {
        let passed = moment - state.began
        guard passed >= SignOnLimits.refusalStretchNanoseconds else { return }
        state.before = passed < 2 * SignOnLimits.refusalStretchNanoseconds ? state.now : 1
        state.now = 1
        state.began = moment
    }
}
