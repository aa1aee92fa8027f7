import NIOConcurrencyHelpers
import Policy

/// How the stored state stands, for readiness and metrics.
public enum StoreState: Equatable, Sendable {
    /// The last write succeeded.
    case healthy
    /// Writes fail; changes are kept in memory and tried again, and the journal holds them all.
    case failing(reason: String)
}

/// Brings changes to the store in batches, the latest state of each instance only.
///
/// Order matters: first the low-water mark is read, then the names of what changed are taken, then
/// the state of each. So the batch contains every change up to the mark, and the mark goes into the
/// last transaction of the batch. A failed batch is put back whole.
final class Persister: Sendable {
    private let catalogue: Catalogue
    private let ledger: ChangeLedger
    private let store: any RegistryStore
    private let writing = NIOLock()
    /// The highest sequence that the store held when it was opened.
    let highestStored: UInt64
    private let progress: NIOLockedValueBox<Progress>

    private struct Progress {
        var applied: UInt64
        var state = StoreState.healthy
        var isClosed = false
    }

    init(
        catalogue: Catalogue, ledger: ChangeLedger, store: any RegistryStore, applied: UInt64,
        highestStored: UInt64
    ) {
        self.highestStored = highestStored
        self.catalogue = catalogue
        self.ledger = ledger
        self.store = store
        progress = NIOLockedValueBox(Progress(applied: applied))
    }

    /// The sequence up to which every change is in the store.
    var appliedSequence: UInt64 { progress.withLockedValue { $0.applied } }

    var state: StoreState { progress.withLockedValue { $0.state } }

    /// Writes all that has changed so far; callers take turns.
    func persist() throws(RegistryError) {
        writing.lock()
        defer { writing.unlock() }
        guard !progress.withLockedValue({ $0.isClosed }) else {
            throw .store("is closed")
        }
        let lowWater = ledger.lowWater
        let drained = catalogue.changed.drain()
        defer { catalogue.dropTombstones(of: drained.tombstones, upTo: lowWater) }
        do throws(RegistryError) {
            try write(drained, lowWater: lowWater)
        } catch {
            catalogue.changed.restore(drained)
            progress.withLockedValue { $0.state = .failing(reason: error.description) }
            throw error
        }
        progress.withLockedValue { progress in
            progress.applied = max(progress.applied, lowWater)
            progress.state = .healthy
        }
    }

    /// Writes what has changed, and leaves nothing of what was there before.
    func scrub() throws(RegistryError) {
        try persist()
        writing.lock()
        defer { writing.unlock() }
        try store.scrub()
    }

    /// Writes all that has changed so far, and makes it durable.
    ///
    /// - Returns: The sequence up to which every change is there whatever happens.
    func sync() throws(RegistryError) -> UInt64 {
        try persist()
        let applied = appliedSequence
        try writing.withLock { () -> Result<Void, RegistryError> in
            guard !progress.withLockedValue({ $0.isClosed }) else {
                return .failure(.store("is closed"))
            }
            return Result { () throws(RegistryError) in try store.sync() }
        }.get()
        return applied
    }

    /// Writes what is left and gives the store back.
    func close() throws(RegistryError) {
        let last = Result { () throws(RegistryError) in try persist() }
        writing.withLock { progress.withLockedValue { $0.isClosed = true } }
        try store.close()
        try last.get()
    }

    private func write(
        _ drained: ChangedInstances.Drained, lowWater: UInt64
    ) throws(RegistryError) {
        if drained.isOverflowing {
            let rows = catalogue.entries().flatMap { entry in
                entry.snapshot.instances.map { row($0.registration.key, $0) }
            }
            try store.write(
                StoreBatch(rows: rows, appliedSequence: lowWater, replacesAll: true))
            return
        }
        guard !drained.keys.isEmpty || lowWater > appliedSequence else { return }
        var rows: [StoreBatch.Row] = []
        for key in drained.keys {
            if rows.count == RegistryLimits.storeBatchRowsMax {
                try store.write(StoreBatch(rows: rows))
                rows = []
            }
            rows.append(row(key, catalogue.entry(key.service)?.snapshot.instance(id: key.id)))
        }
        try store.write(StoreBatch(rows: rows, appliedSequence: lowWater))
    }

    private func row(_ key: InstanceKey, _ instance: Instance?) -> StoreBatch.Row {
        StoreBatch.Row(
            namespace: key.service.namespace, service: key.service.service, id: key.id,
            instance: instance.map { instance in
                StoredInstance(
                    namespace: key.service.namespace, service: key.service.service, id: key.id,
                    sequence: instance.sequence, detail: instance.registration.encodedDetail(),
                    owner: instance.owner?.bytes)
            })
    }
}
