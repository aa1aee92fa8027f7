public import Audit
import Policy
import Text

extension Registry {
    /// Reads the stored state; each instance gets a full lease from now.
    ///
    /// Then the journal's records go to ``replay(_:of:elapsedNanoseconds:)`` in order, and
    /// ``finishReplay(journalSequence:elapsedNanoseconds:)`` ends the start.
    public static func open(
        store: any RegistryStore, quotas: RegistrationQuotas = RegistrationQuotas(),
        elapsedNanoseconds: Int64
    ) throws(RegistryError) -> Registry {
        let stored = try store.load()
        let catalogue = Catalogue(floorIndex: stored.appliedSequence, quotas: quotas)
        var highest = stored.appliedSequence
        for row in stored.instances {
            let instance = Instance(
                try decode(row), owner: row.owner.flatMap { PrincipalDigest(bytes: $0) },
                sequence: row.sequence, elapsedNanoseconds: elapsedNanoseconds)
            highest = max(highest, row.sequence)
            _ = catalogue.put(instance, elapsedNanoseconds: elapsedNanoseconds, limited: false)
        }
        _ = catalogue.changed.drain()
        let ledger = ChangeLedger(highest: stored.appliedSequence)
        let persister = Persister(
            catalogue: catalogue, ledger: ledger, store: store, applied: stored.appliedSequence,
            highestStored: highest)
        return Registry(
            catalogue: catalogue, ledger: ledger, persister: persister,
            redo: Redo(catalogue: catalogue, appliedSequence: stored.appliedSequence))
    }

    /// Every change up to this sequence is in the store.
    public var appliedSequence: UInt64 { persister.appliedSequence }

    /// The highest sequence that the store knew when it was opened.
    public var storedSequence: UInt64 { persister.highestStored }

    /// Redoes one record of the journal; records that are no changes are passed over.
    ///
    /// A change that is contained already changes nothing. The status of an outcome says
    /// whether its intent was done. Limits do not hold here: what was acknowledged once is taken back.
    ///
    /// - Parameters:
    ///   - record: The record.
    ///   - principal: Who asked, where that can be told: a person may be sealed or erased.
    ///   - elapsedNanoseconds: The clock of leases.
    /// - Throws: ``RegistryError/undecodableRecord(sequence:message:)``.
    public func replay(
        _ record: ReplayedRecord, of principal: @autoclosure () -> (kind: String, id: String)?,
        elapsedNanoseconds: Int64
    ) throws(RegistryError) {
        try redo.take(
            RedoRecord(
                sequence: record.sequence, kind: record.kind, action: record.action,
                resource: record.resource, principal: Registry.owner(in: record, principal),
                detail: record.detail, intent: record.intent, status: record.status),
            elapsedNanoseconds: elapsedNanoseconds)
    }

    /// Ends the redo: everything up to the journal's last sequence is applied.
    ///
    /// - Returns: What was done again although no outcome told of it.
    /// - Throws: ``RegistryError/storeAheadOfJournal(store:journal:)`` where the store knows changes
    ///   that the journal does not: one of the two is not the right one.
    @discardableResult
    public func finishReplay(
        journalSequence: UInt64, elapsedNanoseconds: Int64
    ) throws(RegistryError) -> RedoneChanges {
        let stored = persister.highestStored
        guard stored <= journalSequence else {
            throw .storeAheadOfJournal(store: stored, journal: journalSequence)
        }
        let redone = redo.finish(elapsedNanoseconds: elapsedNanoseconds)
        ledger.note(journalSequence)
        return redone
    }

    /// Whether an instance stands in the catalogue just as the registration of a sequence made it.
    public func holds(_ resource: ResourceFields?, registeredBy sequence: UInt64) -> Bool {
        guard let resource, let service = resource.service, let id = resource.id else {
            return false
        }
        let key = ServiceKey(namespace: resource.namespace, service: service)
        return catalogue.entry(key)?.snapshot.instance(id: id)?.sequence == sequence
    }

    /// Who registered what a record is about.
    private static func owner(
        in record: ReplayedRecord, _ principal: () -> (kind: String, id: String)?
    ) -> PrincipalDigest? {
        guard record.kind == .intent, record.action.isExactly(Action.serviceRegister.name) else {
            return nil
        }
        return principal().map { PrincipalDigest(kind: $0.kind, id: $0.id) }
    }

    private static func decode(_ row: StoredInstance) throws(RegistryError) -> Registration {
        do throws(RegistryError) {
            return try Registration.decode(
                detail: try RedoChange.parse(row.detail), namespace: row.namespace,
                service: row.service, id: row.id)
        } catch {
            throw .store(
                "instance \(quote(row.id)) of \(quote(row.service)): \(error.description)")
        }
    }
}
