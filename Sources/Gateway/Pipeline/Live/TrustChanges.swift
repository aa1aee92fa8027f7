internal import NIOConcurrencyHelpers

/// Tells the listeners that whom we trust has changed: session tickets that were given out before are forgotten with their keys.
///
/// A resumed session is verified again whatever happens here; this only spares the peer the attempt.
final class TrustChanges: Sendable {
    private let listener = NIOLockedValueBox<@Sendable () -> Void>({})

    init() {}

    /// Names who is to hear of it.
    func onChange(_ body: @escaping @Sendable () -> Void) {
        listener.withLockedValue { $0 = body }
    }

    /// To be called once the change is in force.
    func tell() { listener.withLockedValue { $0 }() }
}
