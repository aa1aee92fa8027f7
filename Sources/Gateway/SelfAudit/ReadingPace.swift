internal import Glibc
internal import Synchronization

/// How fast the log is read again: so many bytes a second, and what has no seal yet faster, since the next start waits for it.
final class ReadingPace: Sendable {
    private let bytesPerSecond: Int
    private let hasEnded = Atomic(false)

    init(bytesPerSecond: Int) { self.bytesPerSecond = bytesPerSecond }

    /// Waits as long as bytes take that were read; false once the gateway stops.
    func take(_ bytes: Int, inHaste: Bool) -> Bool {
        let rate = inHaste ? bytesPerSecond * SelfAuditLimits.haste : bytesPerSecond
        var left = bytes * 1_000_000 / max(1, rate)
        while left > 0, !hasEnded.load(ordering: .acquiring) {
            let nap = min(left, SelfAuditLimits.napMicroseconds)
            usleep(UInt32(nap))
            left -= nap
        }
        return !hasEnded.load(ordering: .acquiring)
    }

    /// Ends the reading.
    func end() { hasEnded.store(true, ordering: .releasing) }
}

/// Bounds of the log's being read again.
enum SelfAuditLimits {
    /// How many times faster what has no seal is read.
    static let haste = 8
    /// How long the reader sleeps at most before it looks whether it should end.
    static let napMicroseconds = 50_000
    /// How long after the beginning of one round the next begins.
    static let roundNanoseconds: Int64 = 86_400 * 1_000_000_000
    /// How politely its thread runs (the most that nice knows).
    static let niceness: Int32 = 19
}
