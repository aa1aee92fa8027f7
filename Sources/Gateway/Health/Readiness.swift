internal import NIOConcurrencyHelpers

/// Whether the gateway can do its work, asked afresh each time.
final class Readiness: Sendable {
    private let checks: NIOLockedValueBox<[@Sendable () -> String?]> = .init([])

    /// Adds a check; it gives one line while something is wrong, else nil.
    func add(_ check: @escaping @Sendable () -> String?) {
        checks.withLockedValue { $0.append(check) }
    }

    /// What is wrong now; empty means ready.
    func faults() -> [String] {
        checks.withLockedValue { $0 }.compactMap { $0() }
    }
}
