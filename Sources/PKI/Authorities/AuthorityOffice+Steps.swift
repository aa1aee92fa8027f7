public import Audit
import Crypto
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
        let wanted = WantedOperation(step.action, id: step.resource.id)
        switch Clearance.check(permit, receipt, for: wanted) {
        case .failure(let mismatch): throw .unproven(mismatch.reason)
        case .success(let clearance):
            return try take(step, under: clearance.sequence, nowNanoseconds: now)
        }
    }

    /// What came of a step that the log has no outcome of.
    public func closing(of intent: OpenIntent) -> (word: String, status: UInt16?) {
        ledger.steps.contains(intent.sequence)
            ? ("done, the ledger of authorities holds it", 200)
            : ("not done, the ledger of authorities does not hold it", 500)
    }

    /// One at a time.
    private func take(
        _ step: AuthorityStep, under record: UInt64, nowNanoseconds now: Int64
    ) throws(PKIError) -> AuthorityChange {
        turn.lock()
        defer { turn.unlock() }
        var next = holdings
        var change = AuthorityChange()
        var signer: CertificateAuthority.Signer?
        switch step {
        case .prepare: change.prepared = [try prepare(in: &next, now)]
        case .activate: signer = try activate(in: &next, &change, now)
        case .rotate:
            if next.ledger.prepared(.intermediate) == nil {
                change.prepared = [try prepare(in: &next, now)]
            }
            signer = try activate(in: &next, &change, now)
        case .taint(let keyID):
            try next.ledger.taint(keyID, now: now)
            change.tainted = [keyID]
        case .revoke(let keyID):
            try next.ledger.revoke(keyID, now: now)
            change.revoked = [keyID]
        }
        next.ledger.note(step: record)
        try adopt(next, signer: signer)
        return change
    }

    /// Makes the next intermediate: its files are there, and nothing names them yet.
    private func prepare(
        in next: inout AuthorityHoldings, _ now: Int64
    ) throws(PKIError) -> String {
        try next.ledger.checkMayPrepare(.intermediate)
        try forgetFailedAttempts()
        let opening = opening(now)
        guard let root = next.ledger.active(.root), let issuer = next.certificates[root.keyID]
        else { throw .wrongState("no root is active") }
        guard let issuerKey = try opening.key(root, issuer) else {
            throw .wrongState("the key of the root is not on this machine")
        }
        let made = try opening.maker.intermediate(
            under: issuer, issuerKey: issuerKey, seconds: lives.intermediateSeconds)
        let keyID = made.certificate.ownKeyID
        let file = "\(AuthorityKind.intermediate.rawValue)-\(keyID)"
        try files.add(
            file, key: made.key.pemRepresentation + "\n", certificate: made.certificate)
        try next.ledger.add(
            AuthorityRecord(
                .intermediate, made.certificate, file: file, stage: .prepared,
                sinceNanoseconds: now))
        next.certificates[keyID] = made.certificate
        return keyID
    }

    private func activate(
        in next: inout AuthorityHoldings, _ change: inout AuthorityChange, _ now: Int64
    ) throws(PKIError) -> CertificateAuthority.Signer {
        let before = next.ledger.active(.intermediate)
        if let prepared = next.ledger.prepared(.intermediate), prepared.notAfterNanoseconds <= now {
            throw .authorityEnding(notAfterNanoseconds: prepared.notAfterNanoseconds)
        }
        try next.ledger.activate(.intermediate, now: now)
        let signer = try opening(now).signer(next)
        change.activated = [signer.certificate.ownKeyID]
        change.old = before.map { [$0.keyID] } ?? []
        return signer
    }

    /// An attempt that failed may have left files, and a ledger on disk that names them, although it said that it failed.
    private func forgetFailedAttempts() throws(PKIError) {
        let ledger = ledger
        guard try !files.unnamed(in: ledger).isEmpty else { return }
        try files.store(ledger)
        try files.sweep(keeping: ledger)
    }

    private func opening(_ now: Int64) -> AuthorityOpening {
        AuthorityOpening(
            files: files, maker: AuthorityMaker(trustDomain: trustDomain, nowNanoseconds: now))
    }
}
