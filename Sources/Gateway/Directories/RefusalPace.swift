internal import NIOConcurrencyHelpers
internal import Time

/// When a refusal is answered, so that its time does not tell which names exist: a directory takes longer for a wrong password, which it
/// hashes and counts, than for a name that nobody has.
///
/// Refusals are answered at whole steps from their beginning, and none sooner than the slowest sign-on of the last minutes would have been.
struct RefusalPace: Sendable {
    private struct State {
        /// The most steps that a sign-on has taken in this stretch of time and in the one before.
        var now = 1
        var before = 1
        var began: Int64 = 0
    }

    private let state = NIOLockedValueBox(State())

    /// Takes note of a sign-on that took so long, by the elapsed clock.
    func note(_ took: Int64, at moment: Int64) {
        state.withLockedValue { state in
            Self.turn(&state, at: moment)
            state.now = max(state.now, Self.steps(took))
        }
    }

    /// How much longer a refusal that took so long is held back, in nanoseconds.
    func hold(_ took: Int64, at moment: Int64) -> Int64 {
        note(took, at: moment)
        let steps = state.withLockedValue { max($0.now, $0.before) }
        return max(0, Int64(steps) * DirectoryBounds.refusalStepNanoseconds - took)
    }

    private static func steps(_ took: Int64) -> Int {
        Int(min(took / DirectoryBounds.refusalStepNanoseconds + 1, DirectoryBounds.refusalStepsMax))
    }

    private static func turn(_ state: inout State, at moment: Int64) {
        let passed = Span.between(state.began, moment)
        guard passed >= DirectoryBounds.refusalStretchNanoseconds else { return }
        state.before = passed < 2 * DirectoryBounds.refusalStretchNanoseconds ? state.now : 1
        state.now = 1
        state.began = moment
    }
}
