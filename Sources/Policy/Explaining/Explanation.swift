/// Why a policy says what it says to one request: every gate, and every rule that has to do with it.
public struct Explanation: Sendable {
    /// What the policy decides.
    public let outcome: DecisionSummary
    /// What shadow rules would make of it, if something else.
    public let shadow: ShadowOutcome?
    /// The principal's roles, and what gave each.
    public let roles: [RoleGrant]
    /// The gates in their order; those behind a refusal are shown too.
    public let gates: [GateTrace]
}

/// One role of a principal.
public struct RoleGrant: Hashable, Sendable {
    /// The role's name.
    public let role: String
    /// What gave it: the binding's place as `file:line`, or `given directly`.
    public let source: String
    /// Whether the role holds the action that was asked for.
    public let holdsAction: Bool
}

/// What one gate said.
public struct GateTrace: Sendable {
    /// What a gate can say.
    public enum Verdict: String, Sendable {
        case passed, refused
        /// The gate has no say in this request.
        case notAsked = "not asked"
    }

    /// The gate.
    public let gate: Gate
    /// What it said, taken by itself.
    public let verdict: Verdict
    /// Why, in one line.
    public let note: String
    /// The rules that speak of the principal, the action and the resource, in the order of the files.
    public let rules: [RuleTrace]
}

/// One rule that has to do with a request.
public struct RuleTrace: Hashable, Sendable {
    /// How a rule can stand to a request.
    public enum Standing: Hashable, Sendable {
        /// It applies.
        case applies
        /// Whether it applies rests on something unknown, named as in `unknown(tags)`.
        case unknown(String)
        /// It would apply, but its conditions are not met.
        case conditionsNotMet
        /// A deny that would apply, but the principal is excepted from it.
        case excepted
    }

    /// The rule's id.
    public let rule: String
    /// Whether it denies.
    public let isDeny: Bool
    /// How it stands to the request.
    public let standing: Standing
    /// Where it stands in the files.
    public let location: RuleLocation
    /// Whether it is a shadow rule, which is told and never enforced.
    public let isShadow: Bool
    /// Whether it is the one that the decision names.
    public let isDecisive: Bool
}

extension RuleTrace.Standing {
    /// The standing in words.
    public var text: String {
        switch self {
        case .applies: "applies"
        case .unknown(let what): what
        case .conditionsNotMet: "conditions not met"
        case .excepted: "excepted"
        }
    }
}
