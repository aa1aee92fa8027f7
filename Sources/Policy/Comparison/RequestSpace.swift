/// All requests that some policies can tell apart, as finitely many classes with a witness each.
struct RequestSpace {
    /// Principals that all policies treat alike, apart from their own name.
    struct PrincipalGroup {
        var witness: Principal
        var subjects: [Subject]
        var members: [Int]
    }

    /// Resources that all rules treat alike.
    struct ResourceGroup {
        /// Some of them, so that one is there that a given service does not own.
        var witnesses: [Resource]
        var members: [String]
    }

    /// Actions that all roles and rules treat alike.
    struct ActionGroup {
        var witness: Action
        var members: [Action]
    }

    let policies: [CompiledPolicy]
    let principals: [Principal]
    let principalGroups: [PrincipalGroup]
    let resources: [ResourceGroup]
    /// The group that each witness name falls into.
    let places: [Resource: Int]
    let actions: [ActionGroup]
    let circumstances: Circumstances
    /// What the classes leave out; empty when they are complete.
    let gaps: [String]

    /// Splits what there is; a resource that is `asking`ed about becomes a class of its own.
    init(_ policies: [CompiledPolicy], nowNanoseconds: Int64, asking resource: Resource? = nil) {
        self.policies = policies
        let atoms = PrincipalAtoms(policies)
        let targets = policies.flatMap(\.rules).flatMap { $0.targets ?? [] }
        let asked = resource.map { [$0.service.map { NamePattern($0) } ?? .any] } ?? []
        let services = NameClasses(
            atoms.services.union(targets.map(\.service)).union(asked), twins: true)
        let namespaces = NameClasses(
            atoms.namespaces.union(targets.flatMap(\.namespaces))
                .union(
                    [NamePattern("default")] + (resource.map { [NamePattern($0.namespace)] } ?? []))
        )
        let classes = PrincipalClasses(policies, services: services, namespaces: namespaces)
        principals = classes.members
        circumstances = Circumstances(policies, nowNanoseconds: nowNanoseconds)
        gaps = classes.gaps + circumstances.gaps
        principalGroups = Self.group(classes.members, policies)
        (resources, places) = Self.resources(services, namespaces, policies)
        actions = Self.actions(policies)
    }

    /// A principal and a resource of two groups where the one is not the other's own; nil if there is none.
    func strangers(
        _ group: PrincipalGroup, _ resources: ResourceGroup
    ) -> (principal: Principal, resource: Resource)? {
        for member in group.members.prefix(4) {
            let principal = principals[member]
            for resource in resources.witnesses where !principal.isNamed(by: resource) {
                return (principal, resource)
            }
        }
        return nil
    }

    /// What a group's members are called, some of them.
    func names(_ group: PrincipalGroup) -> [String] {
        group.members.prefix(ComparisonLimits.namesMax).map { principals[$0].title }
            + (group.members.count > ComparisonLimits.namesMax
                ? ["and \(group.members.count - ComparisonLimits.namesMax) more"] : [])
    }

    private static func group(
        _ principals: [Principal], _ policies: [CompiledPolicy]
    ) -> [PrincipalGroup] {
        struct Key: Hashable {
            var kind: Principal.Kind
            var traits: [SubjectTraits]
        }
        var order: [PrincipalGroup] = []
        var places: [Key: Int] = [:]
        for (index, principal) in principals.enumerated() {
            let subjects = policies.map { $0.subject(for: principal) }
            // Who has no role in any policy may do nothing in all of them.
            if subjects.allSatisfy({ $0.actions.bits == 0 }) { continue }
            let key = Key(kind: principal.kind, traits: subjects.map(SubjectTraits.init))
            if let place = places[key] {
                order[place].members.append(index)
            } else {
                places[key] = order.count
                order.append(
                    PrincipalGroup(witness: principal, subjects: subjects, members: [index]))
            }
        }
        return order
    }

    private static func resources(
        _ services: NameClasses, _ namespaces: NameClasses, _ policies: [CompiledPolicy]
    ) -> (groups: [ResourceGroup], places: [Resource: Int]) {
        let targets = policies.map { policy in policy.rules.map(\.targets) }
        var groups: [ResourceGroup] = [ResourceGroup(witnesses: [Resource()], members: ["-"])]
        var places: [[UInt64]: Int] = [:]
        var placesByName: [Resource: Int] = [:]
        for service in services.members {
            for namespace in namespaces.members {
                let resource = Resource(service: service.name, namespace: namespace.name)
                let key = targets.flatMap { rules in
                    bits(rules.map { isTarget(resource, of: $0) })
                }
                let name =
                    namespace.name == "default"
                    ? service.label : "\(namespace.label)/\(service.label)"
                let place = places[key] ?? groups.count
                places[key] = place
                placesByName[resource] = place
                if place == groups.count {
                    groups.append(ResourceGroup(witnesses: [], members: []))
                }
                if groups[place].witnesses.count < 3 { groups[place].witnesses.append(resource) }
                if !service.isTwin { groups[place].members.append(name) }
            }
        }
        return (groups, placesByName)
    }

    private static func actions(_ policies: [CompiledPolicy]) -> [ActionGroup] {
        let sets = policies.flatMap { policy in
            policy.roles.map(\.actions) + policy.rules.map(\.actions)
        }
        var groups: [ActionGroup] = []
        var places: [[UInt64]: Int] = [:]
        for action in Action.allCases {
            let key = bits([action.isServiceScoped] + sets.map { $0.contains(action) })
            if let place = places[key] {
                groups[place].members.append(action)
            } else {
                places[key] = groups.count
                groups.append(ActionGroup(witness: action, members: [action]))
            }
        }
        return groups
    }

    private static func isTarget(_ resource: Resource, of targets: [ServiceTarget]?) -> Bool {
        guard let targets, let service = resource.service else { return true }
        return targets.contains { $0.matches(service: service, namespace: resource.namespace) }
    }

    private static func bits(_ flags: [Bool]) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: (flags.count + 63) / 64)
        for (index, flag) in flags.enumerated() where flag {
            words[index >> 6] |= 1 << UInt64(index & 63)
        }
        return words
    }
}

/// What a policy sees of a subject, besides its own name.
private struct SubjectTraits: Hashable {
    let actions: ActionSet
    let bits: [ContiguousArray<UInt64>]

    init(_ subject: Subject) {
        actions = subject.actions
        bits = [
            subject.bits.acl, subject.bits.intentions, subject.shadowBits?.acl ?? [],
            subject.shadowBits?.intentions ?? [],
        ]
    }
}

extension Principal {
    /// Whether a resource is the service that the principal is.
    func isNamed(by resource: Resource) -> Bool {
        guard let service, let name = resource.service else { return false }
        return isSameName(service.service, name)
            && isSameName(service.namespace, resource.namespace)
    }

    /// The principal in the short form that questions take.
    package var title: String {
        let traits =
            ldapGroups.map { "ldap_group \($0)" } + samlGroups.map { "saml_group \($0)" }
            + oidcClaims.map { "\($0.claim)=\($0.value)" } + apiKeyScopes.map { "scope \($0)" }
            + directRoles.map { "role \($0)" }
        let suffix = traits.isEmpty ? "" : " (\(traits.joined(separator: ", ")))"
        switch kind {
        case .service, .operator: return (spiffeID?.description ?? id) + suffix
        case .user: return "user:\(id)" + suffix
        case .key: return "key:\(id)" + suffix
        case .anonymous: return "anonymous"
        }
    }
}
