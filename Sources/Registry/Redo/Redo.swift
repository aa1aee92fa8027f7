import Audit
import NIOConcurrencyHelpers

/// Applies the journal's changes again at the start.
///
/// An intent waits for its outcome: an outcome of 500 and more says that it was not done, and it is
/// dropped, and so is a registration with one of 400 and more; any other outcome, or none up to the end of the
/// journal, and it is applied. A deregistration answered 404 was done all the same: it may have met an ended instance, or come
/// before a registration that the journal has before it. Intents may wait, since changes may be
/// applied in any order; what waits is what was under way at once.
final class Redo: Sendable {
    private let catalogue: Catalogue
    private let appliedSequence: UInt64
    private let waiting = NIOLockedValueBox<[UInt64: RedoChange]>([:])

    init(catalogue: Catalogue, appliedSequence: UInt64) {
        self.catalogue = catalogue
        self.appliedSequence = appliedSequence
    }

    func take(_ record: RedoRecord, elapsedNanoseconds: Int64) throws(RegistryError) {
        if record.kind == .outcome {
            guard let intent = record.intent else { return }
            let change = waiting.withLockedValue { $0.removeValue(forKey: intent) }
            guard let change, change.isDone(by: record.status ?? 0) else { return }
            _ = change.apply(
                to: catalogue, sequence: intent, elapsedNanoseconds: elapsedNanoseconds)
            return
        }
        guard record.sequence > appliedSequence, let change = try read(record) else { return }
        if record.kind == .intent {
            waiting.withLockedValue { $0[record.sequence] = change }
        } else {
            _ = change.apply(
                to: catalogue, sequence: record.sequence, elapsedNanoseconds: elapsedNanoseconds)
        }
    }

    /// Applies what had no outcome, and says what came of it.
    func finish(elapsedNanoseconds: Int64) -> RedoneChanges {
        let rest = waiting.withLockedValue { waiting in
            defer { waiting = [:] }
            return waiting
        }
        var redone = RedoneChanges()
        for (sequence, change) in rest.sorted(by: { $0.key < $1.key }) {
            let applied = change.apply(
                to: catalogue, sequence: sequence, elapsedNanoseconds: elapsedNanoseconds)
            redone.note(sequence, applied.effect)
        }
        return redone
    }

    private func read(_ record: RedoRecord) throws(RegistryError) -> RedoChange? {
        do throws(RegistryError) {
            return try RedoChange(record)
        } catch {
            throw .undecodableRecord(sequence: record.sequence, message: error.description)
        }
    }
}
