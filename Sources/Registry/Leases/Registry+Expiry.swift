public import Audit
import Proofs
import Synchronization

extension Registry {
    /// Lets no lease end that ends after this moment, until a sweep says otherwise; for the time before the first.
    public func holdLeases(at moment: Int64) { horizon.store(moment, ordering: .releasing) }

    /// The moment by which leases are judged: now, or where their ending is held.
    @inline(__always)
    func leaseMoment(_ elapsedNanoseconds: Int64) -> Int64 {
        min(elapsedNanoseconds, horizon.load(ordering: .relaxed))
    }

    /// Gives every lease its full TTL, whatever the start of the gateway took; before the first sweep.
    public func beginLeases(_ governor: inout LeaseGovernor, elapsedNanoseconds now: Int64) {
        _ = governor.begin(isRecording: false, now)
        _ = beginSweep(&governor, isRecording: true, elapsedNanoseconds: now)
    }

    /// Begins a sweep, which comes once a second: after an outage of ours every lease begins anew.
    ///
    /// - Parameters:
    ///   - governor: What the sweeps before know.
    ///   - isRecording: Whether the journal has written without a break since the last sweep.
    ///   - now: The time of the elapsed clock.
    /// - Returns: Whether the sweep goes on, with ``expired(elapsedNanoseconds:)`` and then ``judgeLeases(_:elapsedNanoseconds:)``.
    public func beginSweep(
        _ governor: inout LeaseGovernor, isRecording: Bool, elapsedNanoseconds now: Int64
    ) -> LeaseGovernor.Beginning {
        let beginning = governor.begin(isRecording: isRecording, now)
        switch beginning {
        case .hold(let moment):
            horizon.min(moment, ordering: .acquiringAndReleasing)
        case .beginAnew:
            catalogue.beginLeasesAnew(elapsedNanoseconds: now)
            horizon.store(governor.reach(from: now), ordering: .releasing)
        case .judge: break
        }
        return beginning
    }

    /// Ends a sweep: has the governor decide which leases may end until the next one.
    ///
    /// - Returns: What a person should hear of.
    public func judgeLeases(
        _ governor: inout LeaseGovernor, elapsedNanoseconds now: Int64
    ) -> LeaseGovernor.Change? {
        let moment = governor.reach(from: now)
        let census = catalogue.census(endingUntil: moment)
        let change = governor.judge(total: census.total, due: census.due.count, now)
        if governor.held == nil {
            catalogue.putOff(census.due, after: moment, beyond: RegistryLimits.expiriesPerSweepMax)
            horizon.store(moment, ordering: .releasing)
        }
        return change
    }

    /// Finds instances whose leases have ended, for the sweep that runs each second.
    ///
    /// No heartbeat can renew what is named here. The caller writes one system record a batch and
    /// hands its receipt to ``reclaim(_:receipt:ticket:)``, or takes it back with ``restore(_:elapsedNanoseconds:)`` where the
    /// journal did not take the record.
    public func expired(elapsedNanoseconds: Int64) -> [ExpiredBatch] {
        catalogue.collectExpired(elapsedNanoseconds: leaseMoment(elapsedNanoseconds))
    }

    /// Gives the instances of a batch that did not get on record a full TTL from now.
    public func restore(_ batch: ExpiredBatch, elapsedNanoseconds: Int64) {
        catalogue.restore(batch, elapsedNanoseconds: elapsedNanoseconds)
    }

    /// Takes ended instances away once their expiry is on record; newer registrations stay.
    public func reclaim(
        _ batch: ExpiredBatch, receipt: consuming Receipt, ticket: borrowing ChangeTicket
    ) -> ReclaimOutcome {
        switch Clearance.check(receipt, for: batch, ticket: ticket, of: ledger) {
        case .failure(let mismatch):
            return .refused(mismatch)
        case .success(let clearance):
            let applied = catalogue.expire(batch, sequence: clearance.sequence)
            ledger.note(clearance.sequence)
            return .reclaimed(-applied.growth)
        }
    }
}
