public import Audit
public import Policy
import Proofs

/// What to do where somebody else may have an intermediate's key.
extension AuthorityOffice {
    /// What would be out if nothing of an authority were taken any more.
    ///
    /// - Throws: `PKIError.unproven` where permit and receipt are not for `ca.read` of it; `.unknownAuthority`.
    public func radius(
        of keyID: String, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64
    ) throws(PKIError) -> AuthorityRadius {
        let wanted = WantedOperation(.caRead, id: keyID)
        if case .failure(let mismatch) = Clearance.check(permit, receipt, for: wanted) {
            throw .unproven(mismatch.reason)
        }
        let ledger = ledger
        guard let authority = ledger.authority(keyID) else { throw .unknownAuthority(keyID) }
        let below = ledger.authorities.filter { $0.issuerKeyID == keyID }
        let signers = authority.kind == .root ? below : [authority]
        return AuthorityRadius(
            authority: authority, below: below,
            successor: authority.stage == .active ? ledger.prepared(authority.kind) : nil,
            leaves: signers.reduce(0) { $0 + tally.unended($1.keyID, nowNanoseconds: now) },
            holders: Set(signers.flatMap { tally.holders($0.keyID, nowNanoseconds: now) })
                .sorted())
    }

    /// In one step: another signs where it did, and nothing of it is taken.
    func compromise(
        _ keyID: String, in next: inout AuthorityHoldings, _ change: inout AuthorityChange,
        _ now: Int64
    ) throws(PKIError) {
        guard let authority = next.ledger.authority(keyID) else { throw .unknownAuthority(keyID) }
        guard authority.kind == .intermediate else {
            throw .wrongState(
                "the authority \(keyID) is a root: prepare another (`maxine ca prepare --kind root`), let it"
                    + " sign (`maxine ca activate --kind root`), then revoke this one")
        }
        switch authority.stage {
        case .active:
            if next.ledger.prepared(.intermediate) == nil {
                change.prepared = [try prepare(in: &next, now)]
            }
            try activate(in: &next, &change, now)
        case .prepared: next.ledger.retirePrepared(.intermediate, now: now)
        case .old, .tainted, .revoked: break
        }
        try next.ledger.revoke(keyID, now: now)
        change.revoked = [keyID]
    }
}

/// What hangs on an authority.
public struct AuthorityRadius: Sendable {
    /// The authority.
    public let authority: AuthorityRecord
    /// Those that it signed.
    public let below: [AuthorityRecord]
    /// The one that would take its place, where it signs and one is prepared.
    public let successor: AuthorityRecord?
    /// How many unended leaves it has signed, as far as log and process know.
    public let leaves: Int
    /// The identities that hold them, as far as they are told apart.
    public let holders: [String]
}
