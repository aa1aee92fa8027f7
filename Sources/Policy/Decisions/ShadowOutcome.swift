/// What the decision would have been with the policy's shadow rules in force.
///
/// It is told only where it differs, and it decides nothing.
public struct ShadowOutcome: Hashable, Sendable {
    /// Whether the operation would have been allowed.
    public let isAllowed: Bool
    /// The gate that would have settled it.
    public let gate: Gate
    /// The rule that would have, if one.
    public let rule: String?
    /// Why it would have been refused; nil when it would have been allowed.
    public let reason: String?
}
