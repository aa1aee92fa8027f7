internal import Synchronization

/// Counts what may have taken tokens their worth: other keys, a revocation.
///
/// Read at every request that brings a token, so it is one atomic number.
final class TokenGeneration: Sendable {
    private let count = Atomic<UInt64>(0)

    /// The count now.
    var value: UInt64 { count.load(ordering: .acquiring) }

    /// To be called once the change can be seen.
    func advance() { count.wrappingAdd(1, ordering: .releasing) }
}
