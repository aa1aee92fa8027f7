public import Audit
import NIOConcurrencyHelpers
public import Policy
import Proofs

extension AuthorityOffice {
    /// Takes a step, when permit and receipt are for exactly that; it is on disk before it is in force.
    ///
    /// - Throws: `PKIError.unproven`; `.wrongState` and `.unknownAuthority` where the step can't be taken; `.authorityEnding`,
    ///   `.signingFailed`, `.unusableFiles`, `.fileFailed`. Then all is as it was.
    public func take(
        _ step: AuthorityStep, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64
    ) throws(PKIError) -> AuthorityChange {
        try take(clear(step, permit: permit, receipt: receipt), nowNanoseconds: now)
    }

    /// Takes permit and receipt for a step.
    ///
    /// - Throws: `PKIError.unproven`.
    public func clear(
        _ step: AuthorityStep, permit: consuming Permit, receipt: consuming Receipt
    ) throws(PKIError) -> Cleared<ClearedStep> {
        let wanted = WantedOperation(step.action, id: step.resource.id)
        switch Clearance.check(permit, receipt, for: wanted) {
        case .failure(let mismatch): throw .unproven(mismatch.reason)
        case .success(let clearance):
            return Cleared(ClearedStep(step: step, record: clearance.sequence))
        }
    }

    /// The same for a step that nobody asked for: its record carries the number that it was bound to.
    ///
    /// - Throws: `PKIError.unproven`.
    public func clear(
        _ step: AuthorityStep, receipt: consuming Receipt, boundTo number: UInt64
    ) throws(PKIError) -> Cleared<ClearedStep> {
        switch Clearance.check(receipt, boundTo: number) {
        case .failure(let mismatch): throw .unproven(mismatch.reason)
        case .success(let clearance):
            return Cleared(ClearedStep(step: step, record: clearance.sequence))
        }
    }

    /// The step whose time has come, if any.
    public func due(nowNanoseconds now: Int64) -> AuthorityStep? {
        ledger.due(nowNanoseconds: now, revoked: trust.snapshot.revocations.revokedKeyIDs)
    }

    /// Why a step that is due can't be taken, asked before it is recorded; nil where nothing is known against it.
    public func obstacle(to step: AuthorityStep, nowNanoseconds now: Int64) -> PKIError? {
        guard step == .prepare || step == .rotate else { return nil }
        do throws(PKIError) {
            let holdings = holdings
            try holdings.ledger.checkMayPrepare(.intermediate)
            let (_, issuer) = try issuer(holdings, now)
            return opening(now).maker.secondsUnder(issuer, wanted: lives.intermediateSeconds)
                == nil ? .authorityEnding(notAfterNanoseconds: issuer.notAfterNanoseconds) : nil
        } catch {
            return error
        }
    }

    /// Takes a step that may be taken; one at a time.
    ///
    /// May wait for a key that is kept outside.
    ///
    /// - Throws: As ``take(_:permit:receipt:nowNanoseconds:)``, and `PKIError.keyAway`.
    public func take(
        _ cleared: Cleared<ClearedStep>, nowNanoseconds now: Int64
    ) throws(PKIError) -> AuthorityChange {
        let wanted = try cleared.take()
        let (step, record) = (wanted.step, wanted.record)
        turn.lock()
        defer { turn.unlock() }
        var next = holdings
        var change = AuthorityChange()
        switch step {
        case .prepare: change.prepared = [try prepare(in: &next, now)]
        case .activate: try activate(in: &next, &change, now)
        case .rotate:
            if next.ledger.prepared(.intermediate) == nil {
                change.prepared = [try prepare(in: &next, now)]
            }
            try activate(in: &next, &change, now)
        case .prepareRoot(let crossSign):
            change.prepared = [try prepareRoot(crossSign, in: &next, now)]
        case .activateRoot(let force):
            try activateRoot(force, in: &next, &change, now)
        case .install(let pem): change.prepared = [try install(pem, in: &next, now)]
        case .installList(let bytes): try installList(bytes, in: &next, &change, now)
        case .taint(let keyID):
            try next.ledger.taint(keyID, now: now)
            change.tainted = [keyID]
        case .revoke(let keyID):
            try next.ledger.revoke(keyID, now: now)
            change.revoked = [keyID]
        case .compromise(let keyID): try compromise(keyID, in: &next, &change, now)
        case .prune:
            let gone = next.ledger.ended(
                now: now, revoked: trust.snapshot.revocations.revokedKeyIDs)
            next.ledger.remove(gone)
            for authority in gone {
                next.certificates[authority.keyID] = nil
                next.crossSigned[authority.keyID] = nil
                next.lists[authority.keyID] = nil
            }
            change.removed = gone.map(\.keyID)
        }
        next.ledger.note(step: record)
        try adopt(next, signer: opening(now).signer(next))
        if case .install = step { try forgetRequest() }
        for keyID in change.listed { listNumbers.note(change.listNumber ?? 0, of: keyID) }
        files.forgetNotes(keeping: next.ledger)
        if !change.removed.isEmpty {
            try files.sweep(keeping: next.ledger)
            for keyID in change.removed {
                tally.forget(keyID)
                listNumbers.forget(keyID)
            }
        }
        return change
    }

    /// An attempt that failed may have left files, and a ledger on disk that names them, although it said that it failed.
    func forgetFailedAttempts() throws(PKIError) {
        let ledger = ledger
        guard try !files.unnamed(in: ledger).isEmpty else { return }
        try files.store(ledger)
        try files.sweep(keeping: ledger)
    }

    func opening(_ now: Int64) -> AuthorityOpening {
        AuthorityOpening(
            files: files, maker: AuthorityMaker(trustDomain: trustDomain, nowNanoseconds: now))
    }
}
