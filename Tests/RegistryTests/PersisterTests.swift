import Foundation
import GRDB
import Support
import Testing

@testable import Registry

@Suite struct PersisterTests {
    private let inner = MemoryStore()
    private let store: FaultyStore
    private let registry: Registry

    init() throws {
        store = FaultyStore(inner)
        registry = try Registry.open(store: store, elapsedNanoseconds: 0)
    }

    private func put(_ id: String, _ sequence: UInt64, port: Int = 80) throws {
        _ = registry.catalogue.put(try registration(id, port: port), sequence: sequence)
        registry.ledger.note(sequence)
    }

    private func expectEqualStates() {
        #expect(inner.current.byKey == registry.catalogue.contents)
    }

    @Test func theLatestStateOfEachInstanceIsWrittenOnce() throws {
        for sequence in 1...9 as ClosedRange<UInt64> {
            try put("a", sequence, port: Int(sequence))
        }
        try registry.persist()
        expectEqualStates()
        #expect(store.writeCount == 1)
        #expect(inner.current.appliedSequence == 9)
        #expect(registry.appliedSequence == 9)
        #expect(registry.catalogue.changed.isEmpty)
    }

    @Test func nothingChangedWritesNothing() throws {
        try put("a", 1)
        try registry.persist()
        try registry.persist()
        #expect(store.writeCount == 1)
    }

    @Test func aRemovedInstanceLeavesTheStore() throws {
        try put("a", 1)
        try registry.persist()
        let key = InstanceKey(
            service: ServiceKey(namespace: "default", service: "api"), id: "a")
        _ = registry.catalogue.remove(key, sequence: 2, elapsedNanoseconds: 0)
        registry.ledger.note(2)
        try registry.persist()
        #expect(inner.current == StoredState(appliedSequence: 2))
        #expect(registry.catalogue.entries().isEmpty)
    }

    @Test(arguments: FaultyStore.Fault.allCases)
    func aFailedWriteIsRepeatedAndLosesNothing(fault: FaultyStore.Fault) throws {
        try put("a", 1)
        store.fail(fault)
        #expect(throws: RegistryError.self) { try registry.persist() }
        #expect(registry.appliedSequence == 0)
        guard case .failing = registry.storeState else {
            Issue.record("the state does not show the failure")
            return
        }
        try put("b", 2)
        try registry.persist()
        expectEqualStates()
        #expect(registry.appliedSequence == 2)
        #expect(registry.storeState == .healthy)
    }

    @Test(arguments: FaultyStore.Fault.allCases)
    func aChangeUndoneBetweenTheTriesLeavesNoRow(fault: FaultyStore.Fault) throws {
        try put("a", 1)
        store.fail(fault)
        #expect(throws: RegistryError.self) { try registry.persist() }
        let key = InstanceKey(
            service: ServiceKey(namespace: "default", service: "api"), id: "a")
        _ = registry.catalogue.remove(key, sequence: 2, elapsedNanoseconds: 0)
        registry.ledger.note(2)
        try registry.persist()
        #expect(inner.current == StoredState(appliedSequence: 2))
    }

    @Test func theMarkStaysBelowAChangeInFlight() throws {
        try put("a", 5)
        let ticket = registry.beginChanges()
        try put("b", 8)
        try registry.persist()
        #expect(inner.current.appliedSequence == 5)
        expectEqualStates()
        ticket.end()
        try registry.persist()
        #expect(inner.current.appliedSequence == 8)
    }

    @Test func manyChangesAreWrittenInBoundedBatchesAndMarkedByTheLast() throws {
        let many = RegistryLimits.storeBatchRowsMax + 1
        for number in 1...many {
            let one = try registration("a", service: "s\(number)")
            _ = registry.catalogue.put(one, sequence: UInt64(number))
        }
        registry.ledger.note(UInt64(many))
        store.fail(.failedButPersisted)
        #expect(throws: RegistryError.self) { try registry.persist() }
        #expect(inner.current.appliedSequence == 0)
        #expect(inner.current.instances.count == RegistryLimits.storeBatchRowsMax)
    }

    @Test func tooManyNamesBecomeOneReplacementOfEverything() throws {
        try put("gone", 1)
        try registry.persist()
        let key = InstanceKey(
            service: ServiceKey(namespace: "default", service: "api"), id: "gone")
        _ = registry.catalogue.remove(key, sequence: 2, elapsedNanoseconds: 0)
        try put("a", 3)
        var drained = registry.catalogue.changed.drain()
        drained.isOverflowing = true
        registry.catalogue.changed.restore(drained)
        try registry.persist()
        expectEqualStates()
        #expect(inner.current.appliedSequence == 3)
    }

    @Test func theThreadWritesSoonAfterAChangeAndAfterAFailure() async throws {
        store.fail(.failed)
        registry.startPersisting()
        try put("a", 1)
        for _ in 0..<500 where inner.current.appliedSequence < 1 {
            try await Task.sleep(for: .milliseconds(10))
        }
        expectEqualStates()
        #expect(inner.current.appliedSequence == 1)
        try put("b", 2)
        try registry.close()
        expectEqualStates()
        #expect(inner.current.appliedSequence == 2)
        #expect(throws: RegistryError.self) { try registry.persist() }
    }

    @Test func aLockedFileIsTriedAgainAndLosesNothing() throws {
        let folder = try TestFolder()
        let path = folder.path("registry.sqlite")
        let registry = try Registry.open(
            store: try SQLiteStore(path: path), elapsedNanoseconds: 0)
        _ = registry.catalogue.put(try registration("a"), sequence: 1)
        registry.ledger.note(1)
        let other = try DatabaseQueue(path: path)
        try other.inTransaction(.exclusive) { _ in
            #expect(throws: RegistryError.self) { try registry.persist() }
            return .rollback
        }
        #expect(registry.unwrittenCount == 1)
        try other.close()
        try registry.close()
        #expect(
            try SQLiteStore(path: path).load().byKey == registry.catalogue.contents)
    }

    @Test func aFullDiskIsTriedAgainAndLosesNothing() throws {
        let folder = try TestFolder()
        let path = folder.path("registry.sqlite")
        let store = try SQLiteStore(path: path)
        let registry = try Registry.open(store: store, elapsedNanoseconds: 0)
        try store.limitForTests(pages: 8)
        for sequence in 1...2000 as ClosedRange<UInt64> {
            let one = try registration("a", service: "s\(sequence)")
            _ = registry.catalogue.put(one, sequence: sequence)
            registry.ledger.note(sequence)
        }
        #expect(throws: RegistryError.self) { try registry.persist() }
        #expect(try store.load() == StoredState())
        #expect(registry.unwrittenCount == 2000)
        try store.limitForTests(pages: 1_000_000)
        try registry.persist()
        #expect(try store.load().byKey == registry.catalogue.contents)
    }

    @Test func closingWithoutAThreadWritesWhatIsLeft() throws {
        try put("a", 1)
        try registry.close()
        expectEqualStates()
    }
}

@Suite struct ChangeLedgerTests {
    @Test func withoutTicketsItIsTheHighestSequence() {
        let ledger = ChangeLedger(highest: 3)
        #expect(ledger.lowWater == 3)
        ledger.note(9)
        ledger.note(4)
        #expect(ledger.lowWater == 9)
    }

    @Test func theOldestTicketHoldsItBack() {
        let ledger = ChangeLedger(highest: 3)
        do {
            let first = ledger.begin()
            ledger.note(10)
            do {
                let second = ledger.begin()
                ledger.note(20)
                #expect(ledger.lowWater == 3)
                let coversLater = second.covers(11, in: ledger)
                #expect(coversLater)
                let coversEarlier = second.covers(10, in: ledger)
                #expect(!coversEarlier)
                second.end()
            }
            #expect(ledger.lowWater == 3)
            let coversOwn = first.covers(4, in: ledger)
            let coversOther = first.covers(4, in: ChangeLedger(highest: 0))
            #expect(coversOwn && !coversOther)
            first.end()
        }
        #expect(ledger.lowWater == 20)
    }
}
