/// The part of the decision that settled it.
public enum Gate: String, CaseIterable, Sendable {
    /// Whether one of the principal's roles holds the action.
    case rbac
    /// Whether the resource is open to the principal.
    case acl
    /// Whether one service may act on another.
    case intention
    /// Whether the principal is known at all.
    case authn
    /// No gate: for what is recorded without a decision.
    case none
}
