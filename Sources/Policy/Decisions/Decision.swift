/// The answer to one operation.
public enum Decision: ~Copyable, Sendable {
    /// The operation may be done, once.
    case allow(Permit)
    /// The operation is refused.
    case deny(Refusal)
}

extension Decision {
    /// Whether the operation may be done.
    public var isAllowed: Bool {
        switch self {
        case .allow: true
        case .deny: false
        }
    }
}

/// The right to do one operation once.
///
/// Only this module makes one, and only out of an allowed decision. Whoever reads or changes state takes it as a
/// `consuming` parameter, so that no way to the state leads past the policy.
public struct Permit: ~Copyable, Sendable {
    /// The decision's number, unique in this process; the receipt for its record carries the same.
    public let decisionID: UInt64
    /// What may be done.
    public let operation: Operation
    /// The gate that was passed last.
    public let gate: Gate
    /// The rule that allowed it, if one had to.
    public let rule: String?
    /// What shadow rules would have made of it, if something else.
    public let shadow: ShadowOutcome?

    init(
        decisionID: UInt64, operation: Operation, gate: Gate, rule: String?,
        shadow: ShadowOutcome? = nil
    ) {
        self.decisionID = decisionID
        self.operation = operation
        self.gate = gate
        self.rule = rule
        self.shadow = shadow
    }
}

/// Why an operation is refused.
public struct Refusal: Hashable, Sendable {
    /// The decision's number, unique in this process; the receipt for its record carries the same.
    public let decisionID: UInt64
    /// What was asked.
    public let operation: Operation
    /// The gate that refused.
    public let gate: Gate
    /// The rule that refused; nil when no rule allowed it.
    public let rule: String?
    /// One line, such as `no rule allows it`, `deny rule X` or `unknown(tags)`.
    public let reason: String
    /// Where the rule stands.
    public let location: RuleLocation?
    /// What shadow rules would have made of it, if something else.
    public let shadow: ShadowOutcome?
}

/// Where a rule stands in the policy's files.
public struct RuleLocation: Hashable, Sendable, CustomStringConvertible {
    /// The file's name.
    public let file: String
    /// The line, from 1.
    public let line: Int

    /// The place as `file:line`.
    public var description: String { "\(file):\(line)" }
}
