import GRDB
import NIOConcurrencyHelpers

@testable import Registry

/// A store in memory; a simple model of what any store must do.
final class MemoryStore: RegistryStore {
    private let state: NIOLockedValueBox<StoredState>

    init(_ state: StoredState = StoredState()) {
        self.state = NIOLockedValueBox(state)
    }

    var current: StoredState { state.withLockedValue { $0 } }

    func load() throws(RegistryError) -> StoredState { current }

    func write(_ batch: StoreBatch) throws(RegistryError) {
        state.withLockedValue { state in
            if batch.replacesAll { state.instances = [] }
            var last: [[String]: StoredInstance?] = [:]
            for row in batch.rows {
                last.updateValue(row.instance, forKey: [row.namespace, row.service, row.id])
            }
            state.instances.removeAll { last[[$0.namespace, $0.service, $0.id]] != nil }
            state.instances += last.values.compactMap { $0 }
            if let applied = batch.appliedSequence { state.appliedSequence = applied }
        }
    }

    func sync() throws(RegistryError) {}

    func close() throws(RegistryError) {}
}

/// Passes on to another store and fails when told to, before or after the write.
final class FaultyStore: RegistryStore {
    enum Fault: Sendable, CaseIterable { case failed, failedButPersisted }

    private let store: any RegistryStore
    private let faults = NIOLockedValueBox<[Fault]>([])
    private let writes = NIOLockedValueBox(0)

    init(_ store: any RegistryStore) {
        self.store = store
    }

    var writeCount: Int { writes.withLockedValue { $0 } }

    func fail(_ next: Fault...) {
        faults.withLockedValue { $0 += next }
    }

    func load() throws(RegistryError) -> StoredState { try store.load() }

    func write(_ batch: StoreBatch) throws(RegistryError) {
        writes.withLockedValue { $0 += 1 }
        let fault = faults.withLockedValue { $0.isEmpty ? nil : $0.removeFirst() }
        if fault == .failed { throw .store("made to fail") }
        try store.write(batch)
        if fault != nil { throw .store("made to fail after the write") }
    }

    func sync() throws(RegistryError) { try store.sync() }

    func close() throws(RegistryError) { try store.close() }
}

extension StoredState {
    var byKey: [InstanceKey: StoredInstance] {
        Dictionary(
            instances.map { instance in
                let service = ServiceKey(
                    namespace: instance.namespace, service: instance.service)
                return (InstanceKey(service: service, id: instance.id), instance)
            }, uniquingKeysWith: { first, _ in first })
    }
}

extension SQLiteStore {
    /// Makes the disk look full beyond so many pages of 4 KiB.
    func limitForTests(pages: Int) throws {
        try database.inDatabase { database in
            _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(pages)")
        }
    }
}
