package import Policy
internal import Synchronization

/// What one client may ask in a time: a principal, or a source of those who are nobody.
package final class RateMeters: Sendable {
    /// Whose they are, as the answer names it.
    package enum Scope: String, Sendable { case principal, source }

    package let scope: Scope
    private let requests: RateMeter
    /// For what keeps or gives up a lease.
    private let reserve: RateMeter?
    /// What all those who are nobody share.
    private let shared: RateMeter?
    /// Bytes of answers that wait on all its connections.
    private let queued = Atomic<Int>(0)
    /// Connections that it has proven to be its own.
    private let connections = Atomic<Int>(0)

    package init(_ scope: Scope, _ requests: Rate, reserve: Rate? = nil, shared: RateMeter? = nil) {
        self.scope = scope
        self.requests = RateMeter(requests)
        self.reserve = reserve.map(RateMeter.init)
        self.shared = shared
    }

    /// Takes one more request.
    ///
    /// Heartbeats and deregistrations take from their own reserve first, so that no other request can cost a lease.
    ///
    /// - Returns: nil if it is within the rate.
    @inline(__always)
    package func take(_ action: Action?, at now: Int64) -> RateOverrun? {
        if let reserve, action == .serviceHeartbeat || action == .serviceDeregister,
            reserve.take(at: now) == nil
        {
            return nil
        }
        if let wait = requests.take(at: now) { return RateOverrun(scope, requests.rate, wait) }
        if let shared, let wait = shared.take(at: now) {
            return RateOverrun(scope, shared.rate, wait)
        }
        return nil
    }

    /// Whether one more request of its own would be too many, whatever others ask.
    package func isUsedUp(at now: Int64) -> Bool { requests.isUsedUp(at: now) }

    /// Whether so many bytes more may wait for it; one answer may, however long it is.
    package func mayQueue(_ bytes: Int) -> Bool {
        let waiting = queued.load(ordering: .relaxed)
        return waiting <= 0 || waiting &+ bytes <= RateLimits.queuedBytesMax
    }

    /// Notes that so many bytes more, or less, wait for it.
    package func queue(_ change: Int) { queued.wrappingAdd(change, ordering: .relaxed) }

    /// Counts one more connection; false if it has as many as it may, and then nothing is counted.
    package func open(most: Int) -> Bool {
        guard connections.wrappingAdd(1, ordering: .relaxed).newValue > most else { return true }
        close()
        return false
    }

    /// A connection that was counted has ended.
    package func close() { connections.wrappingSubtract(1, ordering: .relaxed) }

    func isIdle(at now: Int64) -> Bool {
        requests.isIdle(at: now) && reserve?.isIdle(at: now) != false
            && queued.load(ordering: .relaxed) == 0 && connections.load(ordering: .relaxed) == 0
    }
}

/// A request over its rate.
package struct RateOverrun: Equatable, Sendable {
    package let scope: RateMeters.Scope
    package let rate: Rate
    /// When to come again, in whole seconds, at least one.
    package let waitSeconds: Int

    init(_ scope: RateMeters.Scope, _ rate: Rate, _ waitNanoseconds: Int64) {
        self.scope = scope
        self.rate = rate
        let (seconds, rest) = waitNanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        waitSeconds = max(1, Int(seconds) + (rest > 0 ? 1 : 0))
    }

    /// The field `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-10: so many in a window of so many seconds.
    ///
    /// What a burst lets through is what the rate gives in that window.
    var policyField: String {
        let window = max(1, rate.burst / rate.perSecond)
        return "\"\(scope.rawValue)\";q=\(rate.burst);w=\(window)"
    }

    /// The field `RateLimit` of the same draft: nothing is left, and in how many seconds there will be.
    var stateField: String { "\"\(scope.rawValue)\";r=0;t=\(waitSeconds)" }
}
