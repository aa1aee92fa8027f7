internal import Audit
internal import NIOConcurrencyHelpers

/// What the log takes on disk, as figures.
final class LogSpaceFigures: Sendable {
    private struct Known {
        var use: LogSpaceUse
        var gone: GoneRecords?
        var prunedNanoseconds: Int64
    }

    private let known = NIOLockedValueBox<Known?>(nil)

    func set(_ use: LogSpaceUse, gone: GoneRecords?, pruned: Int64?) {
        known.withLockedValue {
            $0 = Known(use: use, gone: gone, prunedNanoseconds: pruned ?? 0)
        }
    }

    func add(to text: inout MetricsText) {
        guard let known = known.withLockedValue({ $0 }) else { return }
        let use = known.use
        text.gauge(
            "audit_oldest_record", "The oldest record that is kept.",
            Int(clamping: (known.gone?.size ?? 0) + 1))
        text.gauge(
            "audit_kept_since_seconds",
            "Unix time of the last record that was taken away; 0 where all are kept.",
            Int(known.gone?.nanoseconds ?? 0) / 1_000_000_000)
        text.gauge(
            "audit_pruned_at_seconds",
            "Unix time at which records were last taken away since the start; 0 for never.",
            Int(known.prunedNanoseconds) / 1_000_000_000)
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
