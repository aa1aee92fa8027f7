import NIOConcurrencyHelpers

/// The right to change one instance, from the judgement of a change until it is done; it ends with the object.
///
/// INVARIANT: while it is held nobody else changes the instance, but that its lease may end. So what was judged is what is
/// there when the change is done, and changes of one instance stand in the log in the order in which they were judged.
public final class InstanceClaim: Sendable {
    let key: InstanceKey
    private let claims: InstanceClaims

    fileprivate init(_ key: InstanceKey, of claims: InstanceClaims) {
        self.key = key
        self.claims = claims
    }

    deinit { claims.release(key) }
}

/// What came of asking for the right to change an instance.
public enum ClaimOutcome: Sendable {
    /// It is the caller's.
    case claimed(InstanceClaim)
    /// Another holds it; the waiter will be called.
    case waiting
    /// Another holds it, and the caller can't wait or too many do already.
    case busy
}

/// Which instances are being changed, and who waits to change them next, in order.
final class InstanceClaims: Sendable {
    typealias Waiter = @Sendable (InstanceClaim) -> Void

    private struct State {
        /// By the instance that is being changed.
        var queues: [InstanceKey: [Waiter]] = [:]
        var waiting = 0
    }

    private let holdings: Holdings
    private let state = NIOLockedValueBox(State())

    /// Claims of instances whose reserved room is given back with them.
    init(_ holdings: Holdings) {
        self.holdings = holdings
    }

    func claim(_ key: InstanceKey, orLater waiter: Waiter?) -> ClaimOutcome {
        state.withLockedValue { state in
            guard let queue = state.queues[key] else {
                state.queues[key] = []
                return .claimed(InstanceClaim(key, of: self))
            }
            guard let waiter, queue.count < RegistryLimits.claimWaitersPerInstanceMax,
                state.waiting < RegistryLimits.claimWaitersMax
            else { return .busy }
            state.queues[key, default: []].append(waiter)
            state.waiting += 1
            return .waiting
        }
    }

    /// Passes the instance on to who waits longest.
    fileprivate func release(_ key: InstanceKey) {
        holdings.release(key)
        let next = state.withLockedValue { state -> Waiter? in
            guard let queue = state.queues[key], !queue.isEmpty else {
                state.queues[key] = nil
                return nil
            }
            state.waiting -= 1
            return state.queues[key]?.removeFirst()
        }
        next?(InstanceClaim(key, of: self))
    }
}
