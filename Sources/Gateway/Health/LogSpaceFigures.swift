internal import Audit
internal import NIOConcurrencyHelpers

/// What the log takes on disk, as figures.
final class LogSpaceFigures: Sendable {
    private let known = NIOLockedValueBox<LogSpaceUse?>(nil)

    func set(_ use: LogSpaceUse) { known.withLockedValue { $0 = use } }

    func add(to text: inout MetricsText) {
        guard let use = known.withLockedValue({ $0 }) else { return }
        text.gauge(
            "audit_bytes", "Bytes that the segments of the audit log take on disk.",
            Int(clamping: use.bytes))
        text.gauge(
            "audit_segments_packed", "Segments of the audit log that are packed.", use.packed)
        text.gauge(
            "audit_segments_unpacked", "Full segments of the audit log that are not packed.",
            use.unpacked)
    }
}
