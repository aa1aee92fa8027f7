/// Finds the roles that bindings give a principal without looking at all bindings.
struct BindingIndex: Sendable {
    private enum Key: Hashable {
        case user(ByteName), ldapGroup(ByteName), samlGroup(ByteName), scope(ByteName)
        case oidc(ByteName)
    }

    /// SPIFFE patterns with wildcards at the same places.
    private struct Shape: Hashable {
        var count: Int
        /// Which segments are exact.
        var exact: [Int]
    }

    private var named: [Key: Set<String>] = [:]
    private var shapes: [Int: [Shape]] = [:]
    private var patterns: [Shape: [ByteName: [(pattern: SPIFFEPattern, role: String)]]] = [:]

    init(_ bindings: [BindingDeclaration]) {
        for binding in bindings {
            for subject in binding.subjects { add(subject, binding.role.value) }
        }
    }

    private mutating func add(_ subject: BindingSubject, _ role: String) {
        switch subject {
        case .user(let name): named[.user(ByteName(name)), default: []].insert(role)
        case .ldapGroup(let name): named[.ldapGroup(ByteName(name)), default: []].insert(role)
        case .samlGroup(let name): named[.samlGroup(ByteName(name)), default: []].insert(role)
        case .apiKeyScope(let scope): named[.scope(ByteName(scope)), default: []].insert(role)
        case .oidc(let claim): named[Self.key(claim), default: []].insert(role)
        case .spiffe(let pattern):
            let segments = pattern.segments
            let shape = Shape(
                count: segments.count, exact: segments.indices.filter { !segments[$0].isPrefix })
            if patterns[shape] == nil { shapes[segments.count, default: []].append(shape) }
            let words = shape.exact.map { segments[$0].text }
            let key = Self.key(pattern.trustDomain, words)
            patterns[shape, default: [:]][key, default: []].append((pattern, role))
        }
    }

    /// The roles bound to a principal.
    func roles(of principal: Principal) -> Set<String> {
        var roles: Set<String> = []
        if principal.kind == .user { add(.user(ByteName(principal.id)), &roles) }
        for group in principal.ldapGroups { add(.ldapGroup(ByteName(group)), &roles) }
        for group in principal.samlGroups { add(.samlGroup(ByteName(group)), &roles) }
        for claim in principal.oidcClaims { add(Self.key(claim), &roles) }
        if principal.kind == .key {
            for scope in principal.apiKeyScopes { add(.scope(ByteName(scope)), &roles) }
        }
        guard let id = principal.spiffeID else { return roles }
        let segments = id.pathSegments
        for shape in shapes[segments.count] ?? [] {
            let key = Self.key(id.trustDomain, shape.exact.map { String(segments[$0]) })
            for (pattern, role) in patterns[shape]?[key] ?? [] where pattern.matches(id) {
                roles.insert(role)
            }
        }
        return roles
    }

    private func add(_ key: Key, _ roles: inout Set<String>) {
        if let known = named[key] { roles.formUnion(known) }
    }

    private static func key(_ claim: OIDCClaim) -> Key {
        .oidc(ByteName(claim.issuer, claim.claim, claim.value))
    }

    private static func key(_ trustDomain: String, _ words: [String]) -> ByteName {
        ByteName(trustDomain + "/" + words.joined(separator: "/"))
    }
}
