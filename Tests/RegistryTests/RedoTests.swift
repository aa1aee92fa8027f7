import Audit
import Support
import Testing

@testable import Registry

@Suite struct RedoTests {
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    /// A registry over a simulated journal: changes are journaled, then applied in any order, and
    /// the persister runs now and then.
    private final class Simulation {
        final class Batch {
            var ticket: ChangeTicket?
            var changes: [Change]

            init(_ ticket: consuming ChangeTicket, _ changes: [Change]) {
                self.ticket = consume ticket
                self.changes = changes
            }
        }

        var journal: [RedoRecord] = []
        var durable: [Change] = []
        var flying: [Batch] = []
        var sequence: UInt64 = 0
        var generator: SeededGenerator

        init(seed: UInt64) {
            generator = SeededGenerator(seed: seed)
        }

        /// What the journal says: all changes in order.
        var expected: [InstanceKey: StoredInstance] {
            let catalogue = Catalogue(floorIndex: 0)
            for change in durable { change.apply(to: catalogue) }
            return catalogue.contents
        }

        func open(_ store: any RegistryStore) throws -> Registry {
            flying = []
            let registry = try Registry.open(store: store, elapsedNanoseconds: 0)
            for record in journal { try registry.redo.take(record, elapsedNanoseconds: 0) }
            try registry.finishReplay(journalSequence: sequence, elapsedNanoseconds: 0)
            return registry
        }

        func step(_ registry: Registry, _ store: FaultyStore) throws {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<4: try writeIntents(registry)
            case 4..<8: applyOne(registry)
            case 8:
                if Bool.random(using: &generator) {
                    store.fail(Bool.random(using: &generator) ? .failed : .failedButPersisted)
                }
                try? registry.persist()
            default: refuseOne()
            }
        }

        private func writeIntents(_ registry: Registry) throws {
            let ticket = registry.beginChanges()
            sequence += UInt64.random(in: 1...3, using: &generator)
            let changes = try Change.random(
                Int.random(in: 1...4, using: &generator), from: sequence, &generator)
            sequence += UInt64(changes.count) - 1
            journal += changes.map(\.record)
            durable += changes
            flying.append(Batch(ticket, changes.shuffled(using: &generator)))
        }

        private func applyOne(_ registry: Registry) {
            guard let position = flying.indices.randomElement(using: &generator) else { return }
            let batch = flying[position]
            if let change = batch.changes.popLast() {
                let applied = change.apply(to: registry.catalogue)
                registry.ledger.note(change.sequence)
                sequence += 1
                let status: UInt16 = applied.effect == .unknown ? 404 : 200
                journal.append(change.outcome(status: status, sequence: sequence))
            }
            if batch.changes.isEmpty { flying.remove(at: position).ticket = nil }
        }

        /// An intent that was refused afterwards, as for a full service: never applied.
        private func refuseOne() {
            guard let one = try? registration("refused", service: "s0") else { return }
            sequence += 1
            let change = Change.put(one, sequence)
            journal.append(change.record)
            sequence += 1
            journal.append(change.outcome(status: 503, sequence: sequence))
        }
    }

    private func crashAndCompare(seed: UInt64, open: () throws -> any RegistryStore) throws {
        let simulation = Simulation(seed: seed)
        for _ in 0..<4 {
            let store = FaultyStore(try open())
            let registry = try simulation.open(store)
            #expect(registry.catalogue.contents == simulation.expected)
            let steps = Int.random(in: 0...120, using: &simulation.generator)
            for _ in 0..<steps { try simulation.step(registry, store) }
            try store.close()
        }
        let registry = try simulation.open(try open())
        #expect(registry.catalogue.contents == simulation.expected)
        try registry.close()
        let settled = try simulation.open(try open())
        #expect(settled.appliedSequence == simulation.sequence)
        #expect(settled.catalogue.contents == simulation.expected)
    }

    @Test(arguments: 0..<UInt64(Repetitions.of(150)))
    func aCrashAnywhereIsRedoneFromAStoreInMemory(seed: UInt64) throws {
        let store = MemoryStore()
        try crashAndCompare(seed: seed) { store }
    }

    @Test(arguments: 0..<UInt64(Repetitions.of(12)))
    func aCrashAnywhereIsRedoneFromSQLite(seed: UInt64) throws {
        let path = folder.path("\(seed).sqlite")
        try crashAndCompare(seed: seed) { try SQLiteStore(path: path) }
    }

    @Test func aDeregistrationThatFoundNothingIsRedoneAllTheSame() throws {
        let registry = try Registry.open(store: MemoryStore(), elapsedNanoseconds: 0)
        let put = Change.put(try registration("a"), 6)
        let key = InstanceKey(
            service: ServiceKey(namespace: "default", service: "api"), id: "a")
        let remove = Change.remove(key, 7)
        // The deregistration was applied first, answered 404 and superseded the registration.
        let records = [
            put.record, remove.record, remove.outcome(status: 404, sequence: 8),
            put.outcome(status: 200, sequence: 9),
        ]
        for record in records { try registry.redo.take(record, elapsedNanoseconds: 0) }
        try registry.finishReplay(journalSequence: 9, elapsedNanoseconds: 0)
        #expect(registry.catalogue.contents.isEmpty)
    }

    @Test func aChangeThatWasNotDoneIsNotRedone() throws {
        let registry = try Registry.open(store: MemoryStore(), elapsedNanoseconds: 0)
        let put = Change.put(try registration("a"), 6)
        for record in [put.record, put.outcome(status: 503, sequence: 7)] {
            try registry.redo.take(record, elapsedNanoseconds: 0)
        }
        try registry.finishReplay(journalSequence: 7, elapsedNanoseconds: 0)
        #expect(registry.catalogue.contents.isEmpty)
    }

    @Test func eachRestoredInstanceGetsAFullLease() throws {
        let store = MemoryStore()
        let first = try Registry.open(store: store, elapsedNanoseconds: 0)
        _ = first.catalogue.put(try registration("stored", ttl: 30), sequence: 1)
        first.ledger.note(1)
        try first.persist()

        let start = 1_000 * second
        let second = try Registry.open(store: store, elapsedNanoseconds: start)
        let redone = Change.put(try registration("redone", ttl: 5), 2)
        try second.redo.take(redone.record, elapsedNanoseconds: start)
        try second.finishReplay(journalSequence: 2, elapsedNanoseconds: start)
        let instances = second.catalogue.entries().flatMap(\.snapshot.instances)
        #expect(instances.map(\.id) == ["redone", "stored"])
        for instance in instances {
            let end = start + instance.registration.ttlNanoseconds
            #expect(instance.lease.isLive(at: end - 1) && !instance.lease.isLive(at: end))
        }
    }

    @Test func theIndexIsNeverLowerThanBefore() throws {
        let store = MemoryStore()
        let first = try Registry.open(store: store, elapsedNanoseconds: 0)
        _ = first.catalogue.put(try registration("a"), sequence: 1)
        let change = Change.remove(
            InstanceKey(service: ServiceKey(namespace: "default", service: "api"), id: "a"), 7)
        change.apply(to: first.catalogue)
        first.ledger.note(7)
        try first.persist()
        let again = try Registry.open(store: store, elapsedNanoseconds: 0)
        try again.redo.take(change.record, elapsedNanoseconds: 0)
        let key = ServiceKey(namespace: "default", service: "api")
        #expect(again.catalogue.floorIndex(key) == 7)
        #expect(again.catalogue.index == 7)
    }

    @Test func aStoreAheadOfTheJournalIsRefused() throws {
        let store = MemoryStore(
            StoredState(
                appliedSequence: 4,
                instances: [
                    StoredInstance(
                        namespace: "default", service: "api", id: "a", sequence: 9,
                        detail: try registration("a").encodedDetail())
                ]))
        let registry = try Registry.open(store: store, elapsedNanoseconds: 0)
        #expect(throws: RegistryError.storeAheadOfJournal(store: 9, journal: 8)) {
            try registry.finishReplay(journalSequence: 8, elapsedNanoseconds: 0)
        }
    }

    @Test func otherRecordsArePassedOver() throws {
        let registry = try Registry.open(store: MemoryStore(), elapsedNanoseconds: 0)
        let resource = ResourceFields(service: "api", namespace: "default", id: "a")
        let others: [(RecordKind, String)] = [
            (.intent, "service.heartbeat"), (.decision, "service.register"),
            (.system, "service.register"), (.system, "log.segment"), (.intent, "key.create"),
            (.intent, "service.expire"),
        ]
        for (kind, action) in others {
            try registry.redo.take(
                RedoRecord(sequence: 1, kind: kind, action: action, resource: resource),
                elapsedNanoseconds: 0)
        }
        try registry.finishReplay(journalSequence: 1, elapsedNanoseconds: 0)
        #expect(registry.catalogue.count == 0)
    }

    @Test func aRecordThatCannotBeUnderstoodStopsTheStart() throws {
        let registry = try Registry.open(store: MemoryStore(), elapsedNanoseconds: 0)
        let resource = ResourceFields(service: "api", namespace: "default", id: "a")
        let details: [[UInt8]?] = [nil, Array("{}".utf8), Array("{".utf8)]
        for detail in details {
            #expect(throws: RegistryError.self) {
                try registry.redo.take(
                    RedoRecord(
                        sequence: 1, kind: .intent, action: "service.register",
                        resource: resource, detail: detail), elapsedNanoseconds: 0)
            }
        }
        #expect(
            throws: RegistryError.undecodableRecord(
                sequence: 3, message: "resource.service: is missing")
        ) {
            try registry.redo.take(
                RedoRecord(
                    sequence: 3, kind: .intent, action: "service.deregister",
                    resource: ResourceFields(namespace: "default", id: "a")), elapsedNanoseconds: 0)
        }
    }
}

extension Change {
    var sequence: UInt64 {
        switch self {
        case .put(_, let sequence), .remove(_, let sequence), .expire(_, let sequence): sequence
        }
    }

    /// The change as the journal has it.
    var record: RedoRecord {
        switch self {
        case .put(let one, let sequence):
            RedoRecord(
                sequence: sequence, kind: .intent, action: "service.register",
                resource: ResourceFields(
                    service: one.service, namespace: one.namespace, id: one.id),
                detail: one.encodedDetail())
        case .remove(let key, let sequence):
            RedoRecord(
                sequence: sequence, kind: .intent, action: "service.deregister",
                resource: ResourceFields(
                    service: key.service.service, namespace: key.service.namespace, id: key.id))
        case .expire(let batch, let sequence):
            RedoRecord(
                sequence: sequence, kind: .system, action: ExpiredBatch.actionName,
                resource: ResourceFields(service: batch.service, namespace: batch.namespace),
                detail: batch.encodedDetail())
        }
    }

    func outcome(status: UInt16, sequence: UInt64) -> RedoRecord {
        RedoRecord(
            sequence: sequence, kind: .outcome, action: record.action, resource: record.resource,
            intent: self.sequence, status: status)
    }
}
