import Synchronization

/// Something that may be done once: permit and receipt were seen to be for exactly that.
///
/// For what waits for a key that is kept outside, and so is done on another thread, which proofs can't be taken to.
public final class Cleared<Wanted: Sendable>: Sendable {
    private let wanted: Wanted
    private let isTaken = Atomic<Bool>(false)

    init(_ wanted: Wanted) {
        self.wanted = wanted
    }

    /// What may be done.
    ///
    /// - Throws: `PKIError.unproven` where it was taken already.
    func take() throws(PKIError) -> Wanted {
        guard !isTaken.exchange(true, ordering: .acquiringAndReleasing) else {
            throw .unproven("a permission is good once")
        }
        return wanted
    }
}

/// A certificate that may be issued to a service.
public struct ClearedLeaf: Sendable {
    let request: ParsedCSR
    let ttlSeconds: Int
    /// The certificate that it takes the place of, which must be good still when it is handed out.
    var shown: VerifiedPeer?
}

/// A step that may be taken, and the record under which it is.
public struct ClearedStep: Sendable {
    let step: AuthorityStep
    let record: UInt64
}

/// A request for an intermediate that may be made.
public struct ClearedRequest: Sendable {}
