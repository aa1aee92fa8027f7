import Audit
import Policy

/// What a permit and its receipt say otherwise than what is asked: a defect of the caller.
public enum Mismatch: String, Error, Equatable, Sendable {
    /// The receipt is for the record of another decision.
    case decision
    /// The permit allows another action.
    case action
    /// The permit is for another service.
    case service
    /// The permit is for another namespace.
    case namespace
    /// The permit is for another instance.
    case id
    /// The permit was given for other tags than those registered.
    case tags
    /// The change ticket was taken after the record was written, or from another registry.
    case ticket

    /// A short name that stays the same over versions, for audit and metrics.
    public var code: String { "registry.mismatch_\(rawValue)" }
}

/// What an operation of the registry is about to do, to be held against its permit.
struct WantedOperation {
    var action: Action
    var namespace: String
    var service: String?
    var id: String?
    var tags: [String]?

    init(
        _ action: Action, namespace: String, service: String?, id: String? = nil,
        tags: [String]? = nil
    ) {
        self.action = action
        self.namespace = namespace
        self.service = service
        self.id = id
        self.tags = tags
    }
}

/// The only place where permits and receipts are judged and used up.
///
/// INVARIANT: every operation of ``Registry`` that reads or changes the catalogue passes here first
/// and does nothing on a mismatch.
struct Warrant {
    let sequence: UInt64

    @inline(__always)
    static func check(
        _ permit: consuming Permit, _ receipt: consuming Receipt, for wanted: WantedOperation
    ) -> Result<Warrant, Mismatch> {
        guard permit.decisionID == receipt.decisionID else { return .failure(.decision) }
        guard permit.operation.action == wanted.action else { return .failure(.action) }
        guard permit.operation.resource.service == wanted.service else {
            return .failure(.service)
        }
        guard permit.operation.resource.namespace == wanted.namespace else {
            return .failure(.namespace)
        }
        guard permit.operation.resource.id == wanted.id else { return .failure(.id) }
        if let judged = permit.operation.resource.tags, let tags = wanted.tags, judged != tags {
            return .failure(.tags)
        }
        return .success(Warrant(sequence: receipt.sequence))
    }

    /// The same for a change, whose ticket must have been taken before its record was written.
    static func check(
        _ permit: consuming Permit, _ receipt: consuming Receipt, for wanted: WantedOperation,
        ticket: borrowing ChangeTicket, of ledger: ChangeLedger
    ) -> Result<Warrant, Mismatch> {
        guard ticket.covers(receipt.sequence, in: ledger) else { return .failure(.ticket) }
        return check(permit, receipt, for: wanted)
    }

    /// The same for an expiry, which nobody asked for: its record is bound to the batch.
    static func check(
        _ receipt: consuming Receipt, for batch: ExpiredBatch, ticket: borrowing ChangeTicket,
        of ledger: ChangeLedger
    ) -> Result<Warrant, Mismatch> {
        guard ticket.covers(receipt.sequence, in: ledger) else { return .failure(.ticket) }
        guard receipt.decisionID == batch.bindingID else { return .failure(.decision) }
        return .success(Warrant(sequence: receipt.sequence))
    }
}
