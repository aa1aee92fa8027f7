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

    private var numbers: [ExactText: Int] = [:]
    private var named: [Key: Set<Int>] = [:]
    private let patterns: SPIFFEPatternIndex

    init(_ bindings: [BindingDeclaration], roles: [RoleDeclaration]) {
        for (number, role) in roles.enumerated() { numbers[ExactText(role.name)] = number }
        var bound: [(pattern: SPIFFEPattern, value: Int)] = []
        for binding in bindings {
            guard let role = numbers[ExactText(binding.role.value)] else { continue }
            for subject in binding.subjects {
                if case .spiffe(let pattern) = subject {
                    bound.append((pattern, role))
                } else if let key = Self.key(subject) {
                    named[key, default: []].insert(role)
                }
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

    /// The places of a principal's roles, rising.
    func roles(of principal: Principal) -> [Int] {
        var roles: Set<Int> = []
        switch principal.kind {
        case .user:
            for name in principal.userNames(isDeny: false) { add(.user(ExactText(name)), &roles) }
        case .key: for scope in principal.apiKeyScopes { add(.scope(ExactText(scope)), &roles) }
        case .anonymous: add(.anonymous, &roles)
        case .service, .operator: break
        }
        for group in principal.groupNames(isDeny: false) { add(.group(ExactText(group)), &roles) }
        for group in principal.ldapGroups { add(.ldapGroup(ExactText(group)), &roles) }
        for group in principal.samlGroups { add(.samlGroup(ExactText(group)), &roles) }
        for claim in principal.oidcClaims { add(Self.key(claim), &roles) }
        if let id = principal.spiffeID { patterns.forEachMatch(id) { roles.insert($0) } }
        for name in principal.directRoles {
            if let role = numbers[ExactText(name)] { roles.insert(role) }
        }
        return roles.sorted()
    }

    private func add(_ key: Key, _ roles: inout Set<Int>) {
        if let known = named[key] { roles.formUnion(known) }
    }
}
