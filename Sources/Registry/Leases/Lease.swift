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

    /// Moves the end to a full TTL from now, or gives nil where the lease has ended before now and the horizon.
    func renew(elapsedNanoseconds: Int64, horizon: Int64 = .max) -> Int64? {
        let end = Lease.end(elapsedNanoseconds, ttlNanoseconds)
        let moment = min(elapsedNanoseconds, horizon)
        var current = endNanoseconds.load(ordering: .acquiring)
        while current > moment {
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

    /// The moment of the end; nil once it is revoked.
    var end: Int64? {
        let end = endNanoseconds.load(ordering: .acquiring)
        return end == Lease.revoked ? nil : end
    }

    /// Moves the end to a moment, if it is before; a revoked lease stays so.
    func postpone(to moment: Int64) {
        var current = endNanoseconds.load(ordering: .acquiring)
        while current != Lease.revoked, current < moment {
            let result = endNanoseconds.weakCompareExchange(
                expected: current, desired: moment, ordering: .acquiringAndReleasing)
            if result.exchanged { return }
            current = result.original
        }
    }

    /// Gives a lease that is not revoked a full TTL from now, whether or not it has run out.
    func beginAnew(elapsedNanoseconds: Int64) {
        postpone(to: Lease.end(elapsedNanoseconds, ttlNanoseconds))
    }

    /// Undoes a revocation that did not get on record, and gives a full TTL from now.
    func restore(elapsedNanoseconds: Int64) {
        _ = endNanoseconds.compareExchange(
            expected: Lease.revoked, desired: Lease.end(elapsedNanoseconds, ttlNanoseconds),
            ordering: .acquiringAndReleasing)
    }

    private static func end(_ now: Int64, _ ttl: Int64) -> Int64 {
        let (end, overflow) = now.addingReportingOverflow(ttl)
        return overflow ? Int64.max : end
    }
}
