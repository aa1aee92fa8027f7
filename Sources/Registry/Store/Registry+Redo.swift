public import Audit
import StrictJSON

extension Registry {
    /// Reads the stored state; each instance gets a full lease from now.
    ///
    /// Then the journal's records after ``appliedSequence`` go to
    /// ``replay(sequence:kind:action:resource:detail:nowNanoseconds:)`` in order, and
    /// ``finishReplay(journalSequence:)`` ends the start.
    public static func open(
        store: any RegistryStore, nowNanoseconds: Int64
    ) throws(RegistryError) -> Registry {
        let stored = try store.load()
        let catalogue = Catalogue(floorIndex: stored.appliedSequence)
        var highest = stored.appliedSequence
        for row in stored.instances {
            let registration = try decode(row)
            highest = max(highest, row.sequence)
            _ = catalogue.put(
                Instance(registration, sequence: row.sequence, nowNanoseconds: nowNanoseconds),
                nowNanoseconds: nowNanoseconds, limited: false)
        }
        _ = catalogue.changed.drain()
        let ledger = ChangeLedger(highest: stored.appliedSequence)
        let persister = Persister(
            catalogue: catalogue, ledger: ledger, store: store, applied: stored.appliedSequence,
            highestStored: highest)
        return Registry(catalogue: catalogue, ledger: ledger, persister: persister)
    }

    /// Every change up to this sequence is in the store.
    public var appliedSequence: UInt64 { persister.appliedSequence }

    /// Redoes one intent or expiry record of the journal; other records are passed over.
    ///
    /// A record that is contained already changes nothing. Limits do not hold here: what was
    /// acknowledged once is taken back.
    ///
    /// - Throws: ``RegistryError/undecodableRecord(sequence:message:)``.
    public func replay(
        sequence: UInt64, kind: RecordKind, action: String, resource: ResourceFields?,
        detail: [UInt8]?,
        nowNanoseconds: Int64
    ) throws(RegistryError) {
        guard sequence > appliedSequence else { return }
        switch (kind, action) {
        case (.intent, "service.register"), (.intent, "service.deregister"): break
        case (.system, ExpiredBatch.actionName): break
        default: return
        }
        do throws(RegistryError) {
            let resource = try RedoResource(resource)
            try redo(sequence, action, resource, detail, nowNanoseconds)
        } catch {
            throw .undecodableRecord(sequence: sequence, message: error.description)
        }
    }

    /// Ends the redo: everything up to the journal's last sequence is applied.
    ///
    /// - Throws: ``RegistryError/storeAheadOfJournal(store:journal:)`` where the store knows changes
    ///   that the journal does not: one of the two is not the right one.
    public func finishReplay(journalSequence: UInt64) throws(RegistryError) {
        let stored = persister.highestStored
        guard stored <= journalSequence else {
            throw .storeAheadOfJournal(store: stored, journal: journalSequence)
        }
        ledger.note(journalSequence)
    }

    private func redo(
        _ sequence: UInt64, _ action: String, _ resource: RedoResource, _ detail: [UInt8]?,
        _ nowNanoseconds: Int64
    ) throws(RegistryError) {
        switch action {
        case "service.register":
            let registration = try Registration.decode(
                detail: try Registry.parse(detail), namespace: resource.key.namespace,
                service: resource.key.service, id: try resource.id())
            _ = catalogue.put(
                Instance(registration, sequence: sequence, nowNanoseconds: nowNanoseconds),
                nowNanoseconds: nowNanoseconds, limited: false)
        case "service.deregister":
            let key = InstanceKey(service: resource.key, id: try resource.id())
            _ = catalogue.remove(key, sequence: sequence, nowNanoseconds: nowNanoseconds)
        default:
            let batch = try ExpiredBatch.decode(
                detail: try Registry.parse(detail), key: resource.key)
            _ = catalogue.expire(batch, sequence: sequence)
        }
    }

    private static func decode(_ row: StoredInstance) throws(RegistryError) -> Registration {
        do throws(RegistryError) {
            return try Registration.decode(
                detail: try parse(row.detail), namespace: row.namespace, service: row.service,
                id: row.id)
        } catch {
            throw .store(
                "instance \(quoted(row.id)) of \(quoted(row.service)): \(error.description)")
        }
    }

    private static func parse(_ detail: [UInt8]?) throws(RegistryError) -> JSONValue {
        guard let detail else { throw .malformed(path: "detail", message: "is missing") }
        do throws(JSONError) {
            return try StrictJSON.parse(detail)
        } catch {
            throw .malformed(path: "detail", message: error.description)
        }
    }
}

/// What a record that is redone is about.
private struct RedoResource {
    let key: ServiceKey
    private let instance: String?

    init(_ resource: ResourceFields?) throws(RegistryError) {
        guard let resource, let service = resource.service else {
            throw .malformed(path: "resource.service", message: "is missing")
        }
        key = ServiceKey(namespace: resource.namespace, service: service)
        instance = resource.id
    }

    func id() throws(RegistryError) -> String {
        guard let instance else { throw .malformed(path: "resource.id", message: "is missing") }
        return instance
    }
}
