internal import Audit
internal import NIOConcurrencyHelpers
internal import Registry

/// Whether the gateway can do its work, asked afresh each time.
final class Readiness: Sendable {
    private let checks: NIOLockedValueBox<[@Sendable () -> String?]> = .init([])
    private let noteSources: NIOLockedValueBox<[@Sendable () -> [String]]> = .init([])

    /// Adds a check; it gives one line while something is wrong, else nil.
    func add(_ check: @escaping @Sendable () -> String?) {
        checks.withLockedValue { $0.append(check) }
    }

    /// Adds what people should know though the gateway is ready.
    func note(_ lines: @escaping @Sendable () -> [String]) {
        noteSources.withLockedValue { $0.append(lines) }
    }

    /// What people should know now; none of it makes the gateway unready.
    func notes() -> [String] {
        noteSources.withLockedValue { $0 }.flatMap { $0() }
    }

    /// What is wrong now; empty means ready.
    func faults() -> [String] {
        checks.withLockedValue { $0 }.compactMap { $0() }
    }
}
