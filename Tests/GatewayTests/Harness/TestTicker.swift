import Gateway
import NIOConcurrencyHelpers
import Support

/// Rounds that come when a test says so, and at no other time.
final class TestTicker: Ticker {
    private struct Seat {
        /// The service that waits for the next round.
        var sleeper: CheckedContinuation<Void, any Error>?
        /// Who waits until the service sits here again.
        var watchers: [CheckedContinuation<Void, any Error>] = []
    }

    private struct State {
        var seats: [Round: Seat] = [:]
        var isOver = false
    }

    private let state = NIOLockedValueBox(State())

    func next(_ round: Round) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { sit($0, round) }
        } onCancel: {
            wake(round, throwing: CancellationError())
        }
    }

    /// Has one round done, and returns once it is.
    func tick(_ round: Round) async throws {
        try await seated(round)
        wake(round)
        try await seated(round)
    }

    /// Lets go of all who wait for a round of a gateway that has ended.
    func end() {
        let seats = state.withLockedValue { state in
            state.isOver = true
            defer { state.seats = [:] }
            return state.seats.values
        }
        for seat in seats {
            seat.sleeper?.resume(throwing: CancellationError())
            for watcher in seat.watchers { watcher.resume(throwing: Self.over) }
        }
    }

    private static let over = TestFault(description: "the gateway has ended")

    private func sit(_ continuation: CheckedContinuation<Void, any Error>, _ round: Round) {
        let watchers = state.withLockedValue { state -> [CheckedContinuation<Void, any Error>]? in
            guard !Task.isCancelled, !state.isOver else { return nil }
            let watchers = state.seats[round]?.watchers ?? []
            state.seats[round] = Seat(sleeper: continuation)
            return watchers
        }
        guard let watchers else { return continuation.resume(throwing: CancellationError()) }
        for watcher in watchers { watcher.resume() }
    }

    private func seated(_ round: Round) async throws {
        try await withCheckedThrowingContinuation { continuation in
            let answer = state.withLockedValue { state -> Result<Void, any Error>? in
                if state.isOver { return .failure(Self.over) }
                if state.seats[round]?.sleeper != nil { return .success(()) }
                state.seats[round, default: Seat()].watchers.append(continuation)
                return nil
            }
            if let answer { continuation.resume(with: answer) }
        }
    }

    private func wake(_ round: Round, throwing error: (any Error)? = nil) {
        let sleeper = state.withLockedValue { state in
            let sleeper = state.seats[round]?.sleeper
            state.seats[round]?.sleeper = nil
            return sleeper
        }
        if let error { sleeper?.resume(throwing: error) } else { sleeper?.resume() }
    }
}
