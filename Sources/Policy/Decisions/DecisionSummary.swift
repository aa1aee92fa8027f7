/// What a decision came to, kept after the permit is gone.
///
/// Tools that look at policies work with it; it opens nothing.
public struct DecisionSummary: Hashable, Sendable {
    /// Whether the operation may be done.
    public let isAllowed: Bool
    /// The gate that settled it.
    public let gate: Gate
    /// The rule that settled it, if one did.
    public let rule: String?
    /// Why it is refused; nil when it is allowed.
    public let reason: String?

    /// Takes a decision apart and lets its permit go unused.
    public init(_ decision: consuming Decision) {
        switch consume decision {
        case .allow(let permit):
            self.init(isAllowed: true, gate: permit.gate, rule: permit.rule, reason: nil)
        case .deny(let refusal):
            self.init(
                isAllowed: false, gate: refusal.gate, rule: refusal.rule, reason: refusal.reason)
        }
    }

    /// Puts a summary together, as from a record.
    public init(isAllowed: Bool, gate: Gate, rule: String?, reason: String?) {
        self.isAllowed = isAllowed
        self.gate = gate
        self.rule = rule
        self.reason = reason
    }

    /// `allow` or `deny`.
    public var verdict: String { isAllowed ? "allow" : "deny" }

    /// The summary as `deny, gate acl, rule freeze (deny rule freeze)`.
    public var text: String {
        var text = "\(verdict), gate \(gate.rawValue)"
        if let rule { text += ", rule \(rule)" }
        if let reason { text += " (\(reason))" }
        return text
    }
}

extension CompiledPolicy {
    /// What the policy says to an operation, without the right to do it.
    public func summary(
        _ subject: Subject, _ operation: Operation, _ context: Context
    ) -> DecisionSummary {
        DecisionSummary(decide(subject, operation, context))
    }
}
