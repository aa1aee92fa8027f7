import Audit
import Policy
import ProofSupport
import Support
import Testing

@testable import Registry

/// The redo from a real journal: what was acknowledged is there after the process is gone.
@Suite struct JournalRedoTests {
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    /// Opens store and journal as the gateway does at its start.
    private func start() throws -> (Registry, Gatehouse) {
        let store = try SQLiteStore(path: folder.path("registry.sqlite"))
        let registry = try Registry.open(store: store, elapsedNanoseconds: 0)
        let house = try Gatehouse(folder: folder) { record in
            try registry.replay(record, of: record.principal, elapsedNanoseconds: 0)
        }
        try registry.finishReplay(journalSequence: house.journal.treeSize, elapsedNanoseconds: 0)
        return (registry, house)
    }

    private func register(
        _ one: Registration, _ registry: Registry, _ house: Gatehouse
    ) throws {
        let ticket = registry.beginChanges()
        let proof = try house.proof(
            .serviceRegister, service: one.service, namespace: one.namespace, id: one.id,
            detail: one.encodedDetail(), over: registry)
        let sequence = proof.receipt.sequence
        let outcome = registry.register(
            one, permit: proof.permit, receipt: proof.receipt, ticket: ticket, elapsedNanoseconds: 0
        )
        guard case .created = outcome else {
            Issue.record("\(outcome)")
            return
        }
        house.outcome(of: sequence, .serviceRegister, status: 201)
    }

    private func deregister(_ id: String, _ registry: Registry, _ house: Gatehouse) throws {
        let ticket = registry.beginChanges()
        let proof = try house.proof(
            .serviceDeregister, service: "api", id: id, over: registry)
        let outcome = registry.deregister(
            service: "api", id: id, permit: proof.permit, receipt: proof.receipt, ticket: ticket,
            elapsedNanoseconds: 0)
        guard case .removed = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test func nothingAcknowledgedIsLostWithoutAnyWriteToTheStore() throws {
        var before: [InstanceKey: StoredInstance] = [:]
        do {
            let (registry, house) = try start()
            try register(
                try registration("a", tags: ["x/y"], version: "1.0", weight: 9, ttl: 5), registry,
                house)
            try register(try registration("b", namespace: "shop"), registry, house)
            try register(try registration("c"), registry, house)
            try deregister("c", registry, house)
            try sweep(at: 6 * second, registry, house)
            try register(try registration("d", ttl: 5), registry, house)
            before = registry.catalogue.contents
            #expect(before.count == 2)
        }
        for _ in 0..<2 {
            let (registry, _) = try start()
            #expect(registry.catalogue.contents == before)
        }
    }

    @Test func whatTheStoreHoldsIsNotRedone() throws {
        do {
            let (registry, house) = try start()
            try register(try registration("a"), registry, house)
            try registry.persist()
            try register(try registration("b"), registry, house)
        }
        let (registry, house) = try start()
        #expect(registry.catalogue.contents.count == 2)
        #expect(registry.catalogue.changed.count == 1)
        try registry.persist()
        // The journal has gone on to record its own start.
        #expect(registry.appliedSequence == house.journal.treeSize)
    }

    @Test func anIntentThatWasNeverAppliedIsAppliedAtTheNextStart() throws {
        do {
            let (_, house) = try start()
            let proof = try house.proof(
                .serviceRegister, service: "api", id: "a",
                detail: try registration("a").encodedDetail())
            _ = consume proof
        }
        let (registry, house) = try start()
        #expect(registry.catalogue.contents.keys.map(\.id) == ["a"])
        #expect(house.journal.openIntents.map(\.action) == ["service.register"])
    }

    private func sweep(at now: Int64, _ registry: Registry, _ house: Gatehouse) throws {
        for batch in registry.expired(elapsedNanoseconds: now) {
            let ticket = registry.beginChanges()
            let receipt = try house.receipt(batch.record)
            let outcome = registry.reclaim(batch, receipt: receipt, ticket: ticket)
            #expect(outcome == .reclaimed(batch.instances.count))
        }
    }
}
