public import Audit
public import Policy
public import Text

/// A permit and a receipt that were for one operation, and are used up.
///
/// The only place where they are judged. INVARIANT: every operation that reads or changes state passes here first and does
/// nothing on a mismatch.
public struct Clearance: Sendable {
    /// The place of the operation's record in the log.
    public let sequence: UInt64
    /// Whom it was allowed; nil for what the gateway does by itself.
    public let principal: PrincipalDigest?
    /// The revision of what was there when the operation was decided; nil if nothing was judged.
    public let judgedRevision: UInt64?
    /// Whether it was allowed for what is the asker's own and for nothing else.
    public let isOwn: Bool

    /// Uses up a permit and a receipt, if they are of one decision and for what is wanted.
    @inlinable
    public static func check(
        _ permit: consuming Permit, _ receipt: consuming Receipt, for wanted: WantedOperation
    ) -> Result<Clearance, Mismatch> {
        guard permit.decisionID == receipt.decisionID else { return .failure(.decision) }
        guard permit.operation.action == wanted.action else { return .failure(.action) }
        guard isSame(permit.operation.resource.service, wanted.service) else {
            return .failure(.service)
        }
        guard permit.operation.resource.namespace.isExactly(wanted.namespace) else {
            return .failure(.namespace)
        }
        guard isSame(permit.operation.resource.id, wanted.id) else { return .failure(.id) }
        if let judged = permit.operation.resource.tags, let tags = wanted.tags,
            !judged.elementsEqual(tags, by: { $0.isExactly($1) })
        {
            return .failure(.tags)
        }
        return .success(
            Clearance(
                sequence: receipt.sequence, principal: permit.principal,
                judgedRevision: permit.operation.existing?.revision,
                isOwn: permit.operation.resource.isOwn))
    }

    /// The same for what nobody asked for and the gateway does by itself: its record carries the number that it was bound to.
    public static func check(
        _ receipt: consuming Receipt, boundTo number: UInt64
    ) -> Result<Clearance, Mismatch> {
        guard receipt.decisionID == number else { return .failure(.decision) }
        return .success(Clearance(sequence: receipt.sequence))
    }

    /// Whether both are there with the same code units, or neither is.
    @inlinable
    static func isSame(_ first: String?, _ second: String?) -> Bool {
        guard let first, let second else { return first == nil && second == nil }
        return first.isExactly(second)
    }

    @usableFromInline
    init(
        sequence: UInt64, principal: PrincipalDigest? = nil, judgedRevision: UInt64? = nil,
        isOwn: Bool = false
    ) {
        self.sequence = sequence
        self.principal = principal
        self.judgedRevision = judgedRevision
        self.isOwn = isOwn
    }
}
