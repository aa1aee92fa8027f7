import Synchronization

/// When an instance ends unless a heartbeat comes first.
///
/// Renewing touches one atomic, so that heartbeats rebuild no snapshot and wait for no lock.
/// An ended lease is never renewed: who collects it for the expiry record revokes it by the same
/// compare-and-exchange that a heartbeat uses, so exactly one of the two wins.
final class Lease: Sendable {
    private let endNanoseconds: Atomic<Int64>
    private let ttlNanoseconds: Int64

    private static let revoked = Int64.min

    init(ttlNanoseconds: Int64, elapsedNanoseconds: Int64) {
        self.ttlNanoseconds = ttlNanoseconds
        endNanoseconds = Atomic(Lease.end(elapsedNanoseconds, ttlNanoseconds))
    }

    @inline(__always)
    func isLive(at elapsedNanoseconds: Int64) -> Bool {
        endNanoseconds.load(ordering: .relaxed) > elapsedNanoseconds
    }

    /// Moves the end to a full TTL from now, or gives nil where the lease has ended.
    func renew(elapsedNanoseconds: Int64) -> Int64? {
        let end = Lease.end(elapsedNanoseconds, ttlNanoseconds)
        var current = endNanoseconds.load(ordering: .acquiring)
        while current > elapsedNanoseconds {
            let wanted = max(current, end)
            let result = endNanoseconds.weakCompareExchange(
                expected: current, desired: wanted, ordering: .acquiringAndReleasing)
            if result.exchanged { return wanted }
            current = result.original
        }
        return nil
    }

    /// Ends the lease for good where it has run out; says whether it is ended.
    func revokeIfEnded(elapsedNanoseconds: Int64) -> Bool {
        var current = endNanoseconds.load(ordering: .acquiring)
        while current <= elapsedNanoseconds {
            if current == Lease.revoked { return true }
            let result = endNanoseconds.weakCompareExchange(
                expected: current, desired: Lease.revoked, ordering: .acquiringAndReleasing)
            if result.exchanged { return true }
            current = result.original
        }
        return false
    }

    private static func end(_ now: Int64, _ ttl: Int64) -> Int64 {
        let (end, overflow) = now.addingReportingOverflow(ttl)
        return overflow ? Int64.max : end
    }
}
