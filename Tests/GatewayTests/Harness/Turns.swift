/// Lets only a few do something at once, first come first served: forty gateways on two cores keep no time at all.
actor Turns {
    private var free: Int
    private var waiting: [(number: Int, continuation: CheckedContinuation<Void, any Error>)] = []
    private var numbers = 0

    init(_ count: Int) {
        free = count
    }

    /// Waits for a turn; a test that is cancelled meanwhile gives up its place.
    func take() async throws {
        try Task.checkCancellation()
        guard free == 0 else {
            free -= 1
            return
        }
        numbers += 1
        let number = numbers
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
                waiting.append((number, continuation))
            }
        } onCancel: {
            Task { await self.leave(number) }
        }
    }

    func give() {
        guard waiting.isEmpty else { return waiting.removeFirst().continuation.resume() }
        free += 1
    }

    private func leave(_ number: Int) {
        guard let place = waiting.firstIndex(where: { $0.number == number }) else { return }
        waiting.remove(at: place).continuation.resume(throwing: CancellationError())
    }
}
