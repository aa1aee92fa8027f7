import Atomics
import NIOConcurrencyHelpers

/// Hands a signed checkpoint from the notary to the writer; empty, it costs the writer one load.
final class CheckpointSlot: Sendable {
    private let isFull = ManagedAtomic(false)
    private let held = NIOLockedValueBox<(note: String, size: UInt64)?>(nil)

    /// Leaves a note; one that was not taken yet is replaced.
    func put(_ checkpoint: SignedCheckpoint) {
        let note = checkpoint.note.description
        guard note.utf8.count <= Limits.embeddedNoteBytesMax else { return }
        held.withLockedValue { $0 = (note, checkpoint.checkpoint.size) }
        isFull.store(true, ordering: .releasing)
    }

    /// The note for a batch that continues a tree of the given size.
    ///
    /// One that lies so far back that a verifier may have forgotten its root is dropped.
    func take(at size: UInt64) -> String? {
        guard isFull.load(ordering: .acquiring) else { return nil }
        isFull.store(false, ordering: .relaxed)
        let taken = held.withLockedValue { held in
            defer { held = nil }
            return held
        }
        guard let taken, taken.size <= size,
            size - taken.size < UInt64(Limits.checkpointCommitsMax)
        else { return nil }
        return taken.note
    }
}
