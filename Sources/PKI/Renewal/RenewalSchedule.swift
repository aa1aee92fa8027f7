/// When a certificate is renewed, and when again where that failed.
///
/// Many are issued at one moment and would come back at one moment: each is renewed up to a twentieth of its life before half of it
/// is over, and waits after a failure are as uneven. Half, since what has ended can't be renewed: of ten seconds five are left for attempts.
public struct RenewalSchedule: Sendable {
    private let identity: HeldIdentity

    /// The schedule of one certificate.
    public init(_ identity: HeldIdentity) { self.identity = identity }

    /// When it is due, nanoseconds since the Unix epoch; `jitter` from 0 to below 1 is drawn once a certificate.
    public func dueNanoseconds(jitter: Double) -> Int64 {
        let life = max(
            0,
            identity.endNanoseconds.subtractingReportingOverflow(identity.issuedNanoseconds)
                .partialValue)
        let early = Int64(Double(life / PKILimits.renewalJitterShare) * Self.bounded(jitter))
        return identity.issuedNanoseconds + life / 2 - early
    }

    /// How long to wait after failures in a row: longer each time, and always short enough for several more tries before the end.
    ///
    /// - Parameters:
    ///   - failures: How many there were, at least 1.
    ///   - now: The time, nanoseconds since the Unix epoch.
    ///   - jitter: From 0 to below 1, drawn each time.
    /// - Returns: Nanoseconds.
    public func waitNanoseconds(
        afterFailures failures: Int, nowNanoseconds now: Int64, jitter: Double
    ) -> Int64 {
        let doublings = min(max(failures, 1) - 1, 16)
        let grown = min(
            PKILimits.retryFirstNanoseconds << doublings, PKILimits.retryMostNanoseconds)
        let left = identity.endNanoseconds.subtractingReportingOverflow(now)
        let share = max(0, left.overflow ? 0 : left.partialValue) / PKILimits.retriesBeforeEnd
        let most = max(PKILimits.retryLeastNanoseconds, min(grown, share))
        return most / 2 + Int64(Double(most / 2) * Self.bounded(jitter))
    }

    /// How long one attempt may take: half of what is left, so that one that hangs leaves time for others.
    ///
    /// - Parameter now: The time, nanoseconds since the Unix epoch.
    /// - Returns: Nanoseconds.
    public func attemptNanoseconds(nowNanoseconds now: Int64) -> Int64 {
        let left = identity.endNanoseconds.subtractingReportingOverflow(now)
        return min(
            max(left.overflow ? 0 : left.partialValue / 2, PKILimits.attemptLeastNanoseconds),
            PKILimits.attemptMostNanoseconds)
    }

    private static func bounded(_ jitter: Double) -> Double { min(max(jitter, 0), 1) }
}
