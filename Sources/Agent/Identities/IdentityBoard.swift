internal import NIOConcurrencyHelpers
internal import PKI

/// The current snapshot, and word of each new one to every open stream.
///
/// A stream that is slow misses snapshots in between, never the newest: what is sent is always the whole state.
final class IdentityBoard: Sendable {
    private struct State {
        var snapshot = IdentitySnapshot()
        var listeners: [UInt64: AsyncStream<Void>.Continuation] = [:]
        var nextNumber: UInt64 = 0
    }

    /// What SVIDs and tokens of workloads are verified against.
    let trust = TrustStore(bundles: [])
    private let state = NIOLockedValueBox(State())

    /// What is handed out now.
    var snapshot: IdentitySnapshot { state.withLockedValue { $0.snapshot } }

    /// Changes the snapshot and tells every stream.
    func change(_ body: (inout IdentitySnapshot) -> Void) {
        let listeners = state.withLockedValue { state in
            body(&state.snapshot)
            state.snapshot.version += 1
            return state.listeners.values.map { $0 }
        }
        for listener in listeners { listener.yield() }
    }

    /// Puts the gateway's bundles in place of the ones before.
    func set(_ bundles: [TrustBundle]) {
        let before = trust.snapshot.bundles.keys
        for bundle in bundles { trust.setBundle(bundle) }
        for domain in before where !bundles.contains(where: { $0.trustDomain == domain }) {
            trust.removeBundle(trustDomain: domain)
        }
    }

    /// One element at once and one after each change, until the task is cancelled or the function called.
    func changes() -> (changes: AsyncStream<Void>, finish: @Sendable () -> Void) {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLockedValue { state in
            state.nextNumber += 1
            state.listeners[state.nextNumber] = continuation
            return state.nextNumber
        }
        continuation.onTermination = { [state] _ in
            let ended = state.withLockedValue { $0.listeners.removeValue(forKey: number) }
            withExtendedLifetime(ended) {}
        }
        continuation.yield()
        return (stream, { continuation.finish() })
    }
}
