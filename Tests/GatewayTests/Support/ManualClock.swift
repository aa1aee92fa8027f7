import NIOConcurrencyHelpers

/// A clock that a test moves; it may creep on at each reading besides, as real ones do.
final class ManualClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset = Duration.zero

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Sleeper {
        let deadline: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant()
        var next = 0
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = NIOLockedValueBox(State())
    private let creep: Duration
    private let asleep = Gauge()

    init(creep: Duration = .zero) {
        self.creep = creep
    }

    var now: Instant {
        state.withLockedValue { state in
            state.now = state.now.advanced(by: creep)
            return state.now
        }
    }

    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let number = state.withLockedValue { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                sleep(number, Sleeper(deadline: deadline, continuation: continuation))
            }
        } onCancel: {
            cancel(number)
        }
    }

    /// Wakes all whose time has come.
    func advance(by duration: Duration) {
        let woken = state.withLockedValue { state in
            state.now = state.now.advanced(by: duration)
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for number in due.keys { state.sleepers[number] = nil }
            asleep.value = state.sleepers.count
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Waits until as many sleep as the test expects.
    func untilAsleep(_ count: Int) async { await asleep.until(count) }

    private func sleep(_ number: Int, _ sleeper: Sleeper) {
        let outcome: Result<Void, any Error>? = state.withLockedValue { state in
            if state.cancelled.remove(number) != nil { return .failure(CancellationError()) }
            if sleeper.deadline <= state.now { return .success(()) }
            state.sleepers[number] = sleeper
            asleep.value = state.sleepers.count
            return nil
        }
        if let outcome { sleeper.continuation.resume(with: outcome) }
    }

    private func cancel(_ number: Int) {
        let sleeper = state.withLockedValue { state in
            let sleeper = state.sleepers.removeValue(forKey: number)
            if sleeper == nil { state.cancelled.insert(number) }
            asleep.value = state.sleepers.count
            return sleeper
        }
        sleeper?.continuation.resume(throwing: CancellationError())
    }
}
