/// The kind of a record, its member `type`.
public enum RecordKind: String, Sendable, CaseIterable {
    /// A read or a refusal, complete in one record.
    case decision
    /// A change that is about to be made.
    case intent
    /// What became of an intent.
    case outcome
    /// Something about the log or the gateway itself.
    case system
    /// Many refusals of one kind, counted; see `Aggregate`.
    case aggregate
}

/// What the policy said.
public enum Verdict: String, Sendable {
    /// The operation may be done.
    case allow
    /// The operation is refused.
    case deny
}

/// What an operation is about.
public struct ResourceFields: Sendable, Equatable {
    /// The service's name.
    public var service: String?
    /// The namespace.
    public var namespace: String
    /// The instance, key or other item.
    public var id: String?

    /// Makes the fields.
    public init(service: String? = nil, namespace: String = "default", id: String? = nil) {
        self.service = service
        self.namespace = namespace
        self.id = id
    }
}

/// One audit record before it has a sequence number and a time.
public struct Record: Sendable {
    /// The kind.
    public var kind: RecordKind
    /// The request that caused it.
    public var request: RequestID?
    /// Who acts and from where.
    public var identity: IdentityFragment?
    /// The action's name, such as `service.discover`.
    public var action: String
    /// What it is about.
    public var resource: ResourceFields?
    /// What the policy said.
    public var verdict: Verdict?
    /// The gate that decided.
    public var gate: String?
    /// The rule that decided.
    public var rule: String?
    /// Why, in one line.
    public var reason: String?
    /// The policy in force.
    public var policy: PolicyFragment?
    /// The answer's status.
    public var status: UInt16?
    /// More, as one encoded JSON object without line breaks.
    public var detail: [UInt8]?
    /// The decision this record is about; not written, bound into the receipt.
    public var decisionID: UInt64
    /// For an outcome: the sequence of its intent, written first in `detail`.
    public var intent: UInt64?

    /// For a decision that comes again and again: the series that it belongs to.
    public var series: RecordSeries?

    /// Makes a record; what is left out is not written.
    public init(
        kind: RecordKind, request: RequestID? = nil, identity: IdentityFragment? = nil,
        action: String, resource: ResourceFields? = nil, verdict: Verdict? = nil,
        gate: String? = nil, rule: String? = nil, reason: String? = nil,
        policy: PolicyFragment? = nil, status: UInt16? = nil, detail: [UInt8]? = nil,
        decisionID: UInt64 = 0, intent: UInt64? = nil
    ) {
        self.kind = kind
        self.request = request
        self.identity = identity
        self.action = action
        self.resource = resource
        self.verdict = verdict
        self.gate = gate
        self.rule = rule
        self.reason = reason
        self.policy = policy
        self.status = status
        self.detail = detail
        self.decisionID = decisionID
        self.intent = intent
    }
}
