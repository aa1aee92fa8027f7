internal import Audit
internal import NIOConcurrencyHelpers
internal import StrictJSON
internal import Time

/// Has the log say now and then that it goes on, so that a silence in it is one that somebody made.
final class LogHeartbeat: Sendable {
    static let action = "log.heartbeat"

    private let journal: Journal
    private let seconds: Int
    private let elapsed: @Sendable () -> Int64
    private let last: NIOLockedValueBox<Int64>

    init(_ journal: Journal, seconds: Int, elapsed: @escaping @Sendable () -> Int64) {
        self.journal = journal
        self.seconds = seconds
        self.elapsed = elapsed
        last = NIOLockedValueBox(elapsed())
    }

    /// Writes the record if it is due; while the log can't be written, there is none.
    func beat() async {
        let now = elapsed()
        let since = last.withLockedValue { $0 }
        guard Span.between(since, now) >= Int64(seconds) * 1_000_000_000 else { return }
        var writer = JSONWriter()
        writer.raw("{\"everySeconds\":")
        writer.integer(seconds)
        writer.raw("}")
        let record = Record(kind: .system, action: Self.action, detail: writer.bytes)
        guard (try? await journal.record(record)) != nil else { return }
        last.withLockedValue { $0 = now }
    }
}
