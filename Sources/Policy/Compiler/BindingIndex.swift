import Text

/// Finds the roles that bindings give a principal without looking at all bindings.
///
/// Roles are known by their place in the policy's list.
struct BindingIndex: Sendable {
    private enum Key: Hashable {
        case user(ExactText), group(ExactText), ldapGroup(ExactText), samlGroup(ExactText), scope(
            ExactText)
        case oidc(ExactText)
        case anonymous
    }

    /// A subject of a binding, by their places in the policy, and the role that it is bound to.
    struct Match: Hashable {
        let role: Int
        let binding: Int
        let subject: Int
    }

    private var numbers: [ExactText: Int] = [:]
    private var named: [Key: Set<Int>] = [:]
    /// By the numbers that the indexes give.
    private var matches: [Match] = []
    private let patterns: SPIFFEPatternIndex

    init(_ bindings: [BindingDeclaration], roles: [RoleDeclaration]) {
        for (number, role) in roles.enumerated() { numbers[ExactText(role.name)] = number }
        var bound: [(pattern: SPIFFEPattern, value: Int)] = []
        for (place, binding) in bindings.enumerated() {
            guard let role = numbers[ExactText(binding.role.value)] else { continue }
            for (number, subject) in binding.subjects.enumerated() {
                if case .spiffe(let pattern) = subject {
                    bound.append((pattern, matches.count))
                } else if let key = Self.key(subject) {
                    named[key, default: []].insert(matches.count)
                }
                matches.append(Match(role: role, binding: place, subject: number))
            }
        }
        patterns = SPIFFEPatternIndex(bound)
    }

    private static func key(_ subject: BindingSubject) -> Key? {
        switch subject {
        case .user(let name): .user(ExactText(name))
        case .group(let name): .group(ExactText(name))
        case .ldapGroup(let name): .ldapGroup(ExactText(name))
        case .samlGroup(let name): .samlGroup(ExactText(name))
        case .apiKeyScope(let scope): .scope(ExactText(scope))
        case .oidc(let claim): key(claim)
        case .anonymous: .anonymous
        case .spiffe: nil
        }
    }

    private static func key(_ claim: OIDCClaim) -> Key {
        .oidc(ExactText(joining: [claim.issuer, claim.claim, claim.value]))
    }

    /// The places of a principal's roles, rising; `more` are names of roles that it holds without a binding.
    func roles(of principal: Principal, and more: [String] = []) -> [Int] {
        var roles = Set(matches(of: principal).map(\.role))
        for name in principal.directRoles + more {
            if let role = number(of: name) { roles.insert(role) }
        }
        return roles.sorted()
    }

    /// The place of a role of that name.
    func number(of role: String) -> Int? { numbers[ExactText(role)] }

    /// The subjects of bindings that a principal is, in the policy's order.
    func matches(of principal: Principal) -> [Match] {
        var found: Set<Int> = []
        switch principal.kind {
        case .user:
            for name in principal.userNames(isDeny: false) { add(.user(ExactText(name)), &found) }
        case .key: for scope in principal.apiKeyScopes { add(.scope(ExactText(scope)), &found) }
        case .anonymous: add(.anonymous, &found)
        case .service, .operator: break
        }
        for group in principal.groupNames(isDeny: false) { add(.group(ExactText(group)), &found) }
        for group in principal.ldapGroups { add(.ldapGroup(ExactText(group)), &found) }
        for group in principal.samlGroups { add(.samlGroup(ExactText(group)), &found) }
        for claim in principal.oidcClaims { add(Self.key(claim), &found) }
        if let id = principal.spiffeID { patterns.forEachMatch(id) { found.insert($0) } }
        return found.sorted().map { matches[$0] }
    }

    private func add(_ key: Key, _ found: inout Set<Int>) {
        if let known = named[key] { found.formUnion(known) }
    }
}
