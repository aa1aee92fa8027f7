import Text

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
    /// Who may do it.
    public let principal: PrincipalDigest
    /// What may be done.
    public let operation: Operation
    /// The gate that was passed last.
    public let gate: Gate
    /// The rule that allowed it, if one had to.
    public let rule: String?

    init(
        decisionID: UInt64, principal: PrincipalDigest, operation: Operation, gate: Gate,
        rule: String?
    ) {
        self.decisionID = decisionID
        self.principal = principal
        self.operation = operation
        self.gate = gate
        self.rule = rule
    }
}

/// Which of the two resources of a change was judged.
public enum JudgedResource: String, Sendable {
    /// What was asked for: what a change would make.
    case asked
    /// What is there already.
    case existing
}

/// Why an operation is refused.
public struct Refusal: Sendable {
    /// The decision's number, unique in this process; the receipt for its record carries the same.
    public let decisionID: UInt64
    /// What was asked.
    public let operation: Operation
    /// Whether what was asked for is refused, or the change of what is there.
    public let judged: JudgedResource
    /// The gate that refused.
    public let gate: Gate
    /// The rule that refused; nil when no rule allowed it.
    public let rule: String?
    /// One line, such as `no rule allows it`, `deny rule X` or `unknown(tags)`.
    public let reason: String
    /// Where the rule stands.
    public let location: RuleLocation?
}

extension Refusal {
    static let locked = "locked"

    /// Whether it is refused since whoever asks is locked, whatever the policy says.
    public var isOfALock: Bool { gate == .authn && reason.isExactly(Refusal.locked) }
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
