import Audit
import Policy
public import Proofs

extension Clearance {
    /// Uses up the proofs of a change, whose ticket must have been taken before its record was written.
    static func check(
        _ permit: consuming Permit, _ receipt: consuming Receipt, for wanted: WantedOperation,
        ticket: borrowing ChangeTicket, of ledger: ChangeLedger
    ) -> Result<Clearance, Mismatch> {
        guard ticket.covers(receipt.sequence, in: ledger) else { return .failure(.ticket) }
        return check(permit, receipt, for: wanted)
    }

    /// The same for an expiry, which nobody asked for: its record is bound to the batch.
    static func check(
        _ receipt: consuming Receipt, for batch: ExpiredBatch, ticket: borrowing ChangeTicket,
        of ledger: ChangeLedger
    ) -> Result<Clearance, Mismatch> {
        guard ticket.covers(receipt.sequence, in: ledger) else { return .failure(.ticket) }
        return check(receipt, boundTo: batch.bindingID)
    }
}

extension Mismatch {
    /// A short name that stays the same over versions, for audit and metrics.
    public var code: String { "registry.mismatch_\(rawValue)" }
}
