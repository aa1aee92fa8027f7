/// A principal as one policy sees it: its roles and the rules that speak of it.
///
/// It is resolved once a principal and policy and may be kept as long as both; `CompiledPolicy.decide` notices one
/// that was resolved by another policy and resolves it again.
public struct Subject: Sendable {
    let resolved: ResolvedSubject

    /// The principal.
    public var principal: Principal { resolved.principal }
    /// The names of its roles, sorted.
    public var roles: [String] { resolved.roles }

    var actions: ActionSet { resolved.actions }
    var bits: SubjectBits { resolved.bits }
    var shadowBits: SubjectBits? { resolved.shadowBits }
    var ownService: ServiceIdentity? { resolved.ownService }
}

/// What a policy found out about a principal; one object, so that handing it on costs little.
final class ResolvedSubject: Sendable {
    let principal: Principal
    let roles: [String]
    /// The number of the policy that resolved it.
    let policyNumber: UInt64
    /// What its roles hold.
    let actions: ActionSet
    /// The enforced rules that speak of it.
    let bits: SubjectBits
    /// The shadow rules that do, if there are any.
    let shadowBits: SubjectBits?
    /// The service that it may act as, if it is one of this trust domain.
    let ownService: ServiceIdentity?
    /// Whether intentions judge it.
    let isService: Bool
    /// Whether it is anybody.
    let isAuthenticated: Bool
    /// How it proved who it is.
    let authentication: Principal.Authentication

    init(_ principal: Principal, roles: [String], actions: ActionSet, policy: CompiledPolicy) {
        self.principal = principal
        self.roles = roles
        self.actions = actions
        policyNumber = policy.number
        let trustDomain = policy.trustDomain
        bits = policy.tables.bits(principal, roles: roles, trustDomain: trustDomain)
        shadowBits = policy.shadowTables?.bits(principal, roles: roles, trustDomain: trustDomain)
        ownService = principal.service.flatMap {
            principal.kind == .service && isSameName($0.trustDomain, trustDomain) ? $0 : nil
        }
        isService = principal.kind == .service
        isAuthenticated = principal.kind != .anonymous && principal.authentication != .none
        authentication = principal.authentication
    }
}
