public import Audit
public import Policy
import NIOConcurrencyHelpers
import Proofs
import Synchronization

/// The registry core: which instances of which services live, and which of them to use.
///
/// Every operation takes a ``Permit`` and the ``Receipt`` of its durable record and does nothing
/// where they are for something else. Time comes in as readings of the elapsed clock
/// (`Clocks.elapsed`), so that a wall clock that is set ends no lease and keeps none.
///
/// Expiry: a lease ends one TTL after the registration or the last heartbeat. From that moment no
/// read shows the instance; the sweep that runs each second takes it away. While a sweep holds the ending,
/// nothing ends, see
/// ``LeaseGovernor``.
public final class Registry: Sendable {
    let catalogue: Catalogue
    let ledger: ChangeLedger
    let persister: Persister
    let redo: Redo
    private let loop: PersistLoop
    private let claims: InstanceClaims
    /// No lease is taken for ended that ends after this moment, however late it is.
    let horizon = Synchronization.Atomic<Int64>(.max)

    init(catalogue: Catalogue, ledger: ChangeLedger, persister: Persister, redo: Redo) {
        self.redo = redo
        self.catalogue = catalogue
        claims = InstanceClaims(catalogue.holdings)
        self.ledger = ledger
        self.persister = persister
        loop = PersistLoop(persister: persister)
    }

    /// Starts the thread that brings changes to the store; call it once.
    public func startPersisting() {
        loop.start()
        catalogue.changed.whenChanged { [loop] in loop.wake() }
    }

    /// Writes to the store what has changed so far, on the calling thread.
    public func persist() throws(RegistryError) {
        try persister.persist()
    }

    /// Writes to the store what has changed so far, and makes it durable, on the calling thread.
    ///
    /// - Returns: The sequence up to which the store holds every change, whatever happens.
    public func sync() throws(RegistryError) -> UInt64 {
        try persister.sync()
    }

    /// Ends the thread, writes what is left and closes the store.
    public func close() throws(RegistryError) {
        catalogue.changed.whenChanged(nil)
        loop.stop()
        try persister.close()
    }

    /// The number of instances, those whose lease has ended and that no sweep has taken included.
    public var instanceCount: Int { catalogue.count }

    /// The number of instances whose last change is not in the store yet.
    public var unwrittenCount: Int { catalogue.changed.count }

    /// How the stored state stands.
    public var storeState: StoreState { persister.state }

    /// Takes note that the journal has given this sequence, so that a later start redoes less.
    public func observe(journalSequence: UInt64) {
        ledger.note(journalSequence)
    }

    /// Announces changes before their intents go to the journal; drop it when they are applied.
    public func beginChanges() -> ChangeTicket {
        ledger.begin()
    }

    /// What is there by that name, for a change of it to be judged; an ended lease that no sweep has taken is there, too.
    public func existing(service: String, namespace: String, id: String) -> ExistingResource? {
        let key = ServiceKey(namespace: namespace, service: service)
        return catalogue.entry(key)?.snapshot.instance(id: id)?.existing
    }

    /// Asks for the right to change an instance, which is held from the judgement of a change until it is done.
    ///
    /// - Parameters:
    ///   - service: The service's name.
    ///   - namespace: The service's namespace.
    ///   - id: The instance's id.
    ///   - waiter: Called, on any thread, with the claim of a later moment, where another holds it now.
    /// - Returns: The claim, or that the waiter is queued, or neither.
    public func claim(
        service: String, namespace: String, id: String,
        orLater waiter: (@Sendable (InstanceClaim) -> Void)? = nil
    ) -> ClaimOutcome {
        claims.claim(
            InstanceKey(service: ServiceKey(namespace: namespace, service: service), id: id),
            orLater: waiter)
    }

    /// Keeps room for a registration of the claimed instance until the claim ends, so that what is recorded once is done.
    ///
    /// - Parameters:
    ///   - claim: Names the instance.
    ///   - principal: Whose registration it would be.
    /// - Returns: Why there is no room; then none is kept.
    public func reserve(_ claim: InstanceClaim, for principal: PrincipalDigest) -> NoRoom? {
        let snapshot = catalogue.entry(claim.key.service)?.snapshot
        let existing = snapshot?.instance(id: claim.key.id)
        guard existing != nil || catalogue.admits(snapshot?.instances.count ?? 0) else {
            return .full
        }
        return catalogue.holdings.reserve(claim.key, for: principal, inPlaceOf: existing)
            .map(NoRoom.overQuota)
    }

    /// Adds or replaces an instance and gives it a full lease.
    ///
    /// - Parameters:
    ///   - registration: What to register; the permit must be for this service, namespace and id.
    ///   - permit: Allows `service.register`.
    ///   - receipt: Of the intent record that carries ``Registration/encodedDetail()``.
    ///   - ticket: Taken before that record went to the journal.
    ///   - elapsedNanoseconds: When the lease starts.
    /// - Returns: What it came to, with the sequence of the service's last change.
    public func register(
        _ registration: Registration, permit: consuming Permit, receipt: consuming Receipt,
        ticket: borrowing ChangeTicket, elapsedNanoseconds: Int64
    ) -> RegisterOutcome {
        let wanted = WantedOperation(
            .serviceRegister, namespace: registration.namespace, service: registration.service,
            id: registration.id, tags: registration.tags)
        switch Clearance.check(permit, receipt, for: wanted, ticket: ticket, of: ledger) {
        case .failure(let mismatch):
            return .refused(mismatch)
        case .success(let clearance):
            let instance = Instance(
                registration, owner: clearance.principal, sequence: clearance.sequence,
                elapsedNanoseconds: elapsedNanoseconds)
            let applied = catalogue.put(
                instance, judged: .revision(clearance.judgedRevision),
                elapsedNanoseconds: leaseMoment(elapsedNanoseconds), limited: true)
            ledger.note(clearance.sequence)
            switch applied.effect {
            case .created: return .created(index: applied.index)
            case .full: return .full
            case .overQuota(let quota): return .overQuota(quota)
            case .superseded: return .superseded(index: applied.index)
            case .overtaken: return .refused(.existing)
            case .updated, .removed, .unknown: return .updated(index: applied.index)
            }
        }
    }

    /// Renews the lease of a live instance to a full TTL from now.
    public func heartbeat(
        service: String, namespace: String = Registration.defaultNamespace, id: String,
        permit: consuming Permit, receipt: consuming Receipt, elapsedNanoseconds: Int64
    ) -> HeartbeatOutcome {
        let wanted = WantedOperation(
            .serviceHeartbeat, namespace: namespace, service: service, id: id)
        let judged: Judgement
        switch Clearance.check(permit, receipt, for: wanted) {
        case .failure(let mismatch): return .refused(mismatch)
        case .success(let clearance): judged = .revision(clearance.judgedRevision)
        }
        let key = ServiceKey(namespace: namespace, service: service)
        let instance = catalogue.entry(key)?.snapshot.instance(id: id)
        guard judged.covers(instance) else { return .overtaken }
        guard let instance,
            let end = instance.lease.renew(
                elapsedNanoseconds: elapsedNanoseconds, horizon: horizon.load(ordering: .relaxed))
        else { return .unknown }
        return .renewed(expiresAtNanoseconds: end)
    }

    /// Takes an instance away.
    ///
    /// - Parameters:
    ///   - service: The service's name.
    ///   - namespace: The service's namespace.
    ///   - id: The instance's id.
    ///   - permit: Allows `service.deregister`.
    ///   - receipt: Of the intent record.
    ///   - ticket: Taken before that record went to the journal.
    ///   - elapsedNanoseconds: An instance whose lease ended before is unknown.
    /// - Returns: What it came to, with the sequence of the service's last change.
    public func deregister(
        service: String, namespace: String = Registration.defaultNamespace, id: String,
        permit: consuming Permit, receipt: consuming Receipt, ticket: borrowing ChangeTicket,
        elapsedNanoseconds: Int64
    ) -> DeregisterOutcome {
        let wanted = WantedOperation(
            .serviceDeregister, namespace: namespace, service: service, id: id)
        switch Clearance.check(permit, receipt, for: wanted, ticket: ticket, of: ledger) {
        case .failure(let mismatch):
            return .refused(mismatch)
        case .success(let clearance):
            let key = InstanceKey(
                service: ServiceKey(namespace: namespace, service: service), id: id)
            let applied = catalogue.remove(
                key, sequence: clearance.sequence, judged: .revision(clearance.judgedRevision),
                elapsedNanoseconds: leaseMoment(elapsedNanoseconds))
            ledger.note(clearance.sequence)
            switch applied.effect {
            case .removed: return .removed(index: applied.index)
            case .superseded: return .superseded(index: applied.index)
            case .overtaken: return .refused(.existing)
            case .created, .updated, .unknown, .full, .overQuota: return .unknown
            }
        }
    }
}
