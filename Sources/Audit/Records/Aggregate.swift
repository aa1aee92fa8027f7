import StrictJSON

/// Refusals of one kind that have no record of their own: how many there were, from when to when.
///
/// Its record is of type `aggregate`; the counts of all of them and the records of their own close exactly.
public struct Aggregate: Sendable {
    /// Whom an aggregate speaks of.
    public enum Scope: String, Sendable {
        /// One address, or one network of IPv6.
        case source
        /// One principal.
        case principal
        /// All those for whom there was no row of their own.
        case everybody
    }

    /// Whom it speaks of.
    public var scope: Scope
    /// Who they are, as far as it is known.
    public var identity: IdentityFragment
    /// The action's name, as in the records of the same kind.
    public var action: String
    /// The gate that refused.
    public var gate: String
    /// The stable code of the reason.
    public var reason: String
    /// The answer's status, where there was an answer.
    public var status: UInt16?
    /// How many there were.
    public var count: UInt64
    /// The time of the first, nanoseconds since 1970.
    public var firstNanoseconds: Int64
    /// The time of the last, nanoseconds since 1970.
    public var lastNanoseconds: Int64

    /// Makes an aggregate.
    public init(
        scope: Scope, identity: IdentityFragment, action: String, gate: String, reason: String,
        status: UInt16? = nil, count: UInt64, firstNanoseconds: Int64, lastNanoseconds: Int64
    ) {
        self.scope = scope
        self.identity = identity
        self.action = action
        self.gate = gate
        self.reason = reason
        self.status = status
        self.count = count
        self.firstNanoseconds = firstNanoseconds
        self.lastNanoseconds = lastNanoseconds
    }

    /// The record that says so; `detail` holds `count`, `first`, `last` and `of`.
    public var record: Record {
        var detail: [UInt8] = []
        var stamp = Timestamp()
        detail.append(#"{"count":"#)
        detail.append(decimal: count)
        detail.append(#","first":""#)
        stamp.append(firstNanoseconds, to: &detail)
        detail.append(#"","last":""#)
        stamp.append(lastNanoseconds, to: &detail)
        detail.append(#"","of":""#)
        detail.append(contentsOf: scope.rawValue.utf8)
        detail.append(#""}"#)
        return Record(
            kind: .aggregate, identity: identity, action: action, verdict: .deny, gate: gate,
            reason: reason, status: status, detail: detail)
    }
}
