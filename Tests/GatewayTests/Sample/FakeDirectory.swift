import NIOConcurrencyHelpers

/// A directory that takes 50 ms of its own clock to answer.
final class FakeDirectory: Sendable {
    static let answerTime = Duration.milliseconds(50)

    struct Counts: Sendable, Equatable {
        var asked = 0
        var answered = 0
        var cancelled = 0
    }

    private struct State {
        var counts = Counts()
        var isStubborn = false
        var watchers: [(cancelled: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let clock = ManualClock()
    private let state = NIOLockedValueBox(State())

    var counts: Counts { state.withLockedValue { $0.counts } }

    /// From now on it heeds no cancellation.
    func makeStubborn() { state.withLockedValue { $0.isStubborn = true } }

    /// - Returns: the person's canonical name; nil if the password is not theirs.
    func check(user: String, password: String) async throws -> String? {
        let isStubborn = state.withLockedValue { state in
            state.counts.asked += 1
            return state.isStubborn
        }
        do {
            if isStubborn {
                await Task { [clock] in try? await clock.sleep(for: Self.answerTime) }.value
            } else {
                try await clock.sleep(for: Self.answerTime)
            }
        } catch {
            noteCancelled()
            throw error
        }
        state.withLockedValue { $0.counts.answered += 1 }
        return password == "right" ? "\(user)@example.org" : nil
    }

    /// Waits until as many wait for an answer.
    func untilAsked(_ count: Int) async { await clock.untilAsleep(count) }

    /// Lets all who wait have their answer.
    func answer() { clock.advance(by: Self.answerTime) }

    /// Waits until as many were cancelled.
    func untilCancelled(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isSo = state.withLockedValue { state in
                guard state.counts.cancelled < count else { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isSo { continuation.resume() }
        }
    }

    private func noteCancelled() {
        let due = state.withLockedValue { state in
            state.counts.cancelled += 1
            let due = state.watchers.filter { $0.cancelled <= state.counts.cancelled }
            state.watchers.removeAll { $0.cancelled <= state.counts.cancelled }
            return due
        }
        for watcher in due { watcher.continuation.resume() }
    }
}
