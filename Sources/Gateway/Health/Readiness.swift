internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// Whether the gateway can do its work, asked afresh each time.
final class Readiness: Sendable {
    private let checks: NIOLockedValueBox<[@Sendable () -> String?]> = .init([])
    private let isStopping = NIOLockedValueBox(false)
    private let remarks: NIOLockedValueBox<[@Sendable () -> String?]> = .init([])

    /// Adds a check; it gives one line while something is wrong, else nil.
    func add(_ check: @escaping @Sendable () -> String?) {
        checks.withLockedValue { $0.append(check) }
    }

    /// Adds a remark; it gives one line while a person should look at something that stops no work, else nil.
    func addNote(_ note: @escaping @Sendable () -> String?) {
        remarks.withLockedValue { $0.append(note) }
    }

    /// What a person should look at now.
    func notes() -> [String] {
        remarks.withLockedValue { $0 }.compactMap { $0() }
    }

    /// Says from now on that the gateway stops.
    func stop() { isStopping.withLockedValue { $0 = true } }

    /// What is wrong now; empty means ready.
    func faults() -> [String] {
        let stopping =
            isStopping.withLockedValue { $0 }
            ? ["stopping: what was begun is finished, nothing new is taken"] : []
        return stopping + checks.withLockedValue { $0 }.compactMap { $0() }
    }
}

/// Ends the readiness as soon as the gateway is told to stop; the first of its services to hear of it.
struct ReadinessEnd: Service {
    let readiness: Readiness

    func run() async {
        try? await gracefulShutdown()
        readiness.stop()
    }
}
