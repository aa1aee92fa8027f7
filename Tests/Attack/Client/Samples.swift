/// What came of one request of the client.
struct Sample: Sendable {
    enum Outcome: Sendable, Equatable {
        case done, tooMany, unavailable
        /// Anything else, and why.
        case failed(String)
    }

    let outcome: Outcome
    /// From the moment it was due to the last byte of its answer.
    let duration: Duration
}

/// The requests of one stretch of time.
struct Samples: Sendable {
    private(set) var done = 0
    private(set) var tooMany = 0
    private(set) var unavailable = 0
    private(set) var failures: [String] = []
    private var durations: [Duration] = []

    init(_ samples: [Sample]) {
        for sample in samples {
            switch sample.outcome {
            case .done:
                done += 1
                durations.append(sample.duration)
            case .tooMany: tooMany += 1
            case .unavailable: unavailable += 1
            case .failed(let reason): failures.append(reason)
            }
        }
        durations.sort()
    }

    /// A percentile of the requests that succeeded, in milliseconds.
    func milliseconds(percentile: Int) -> Double? {
        guard durations.count >= Demands.answersMin else { return nil }
        let place = (durations.count * percentile + 99) / 100
        return durations[place - 1] / .milliseconds(1)
    }
}
