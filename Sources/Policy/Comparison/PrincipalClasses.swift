/// Principals split into the classes that some policies can tell apart, one witness each.
struct PrincipalClasses {
    let members: [Principal]
    /// What was left out; empty when the classes are complete.
    let gaps: [String]

    init(_ policies: [CompiledPolicy], services: NameClasses, namespaces: NameClasses) {
        let atoms = PrincipalAtoms(policies)
        var members: [Principal] = []
        var gaps: [String] = []
        let domain = policies.first?.trustDomain ?? CompiledPolicy.defaultTrustDomain
        let built = Self.workloads(
            atoms, domain, services.members.filter { !$0.isTwin }, namespaces.members)
        members += built.members
        gaps += built.gaps
        let people = Self.subsets(atoms.groups, of: "groups")
        gaps += people.gap.map { [$0] } ?? []
        for name in atoms.users.sorted() + [atoms.freshUser] {
            for attributes in people.sets {
                var user = Principal(kind: .user, id: name, authentication: .session)
                for attribute in attributes { attribute.add(to: &user) }
                members.append(user)
            }
        }
        let scopes = Self.subsets(atoms.scopes.sorted().map { .scope($0) }, of: "scopes")
        gaps += scopes.gap.map { [$0] } ?? []
        for name in atoms.keys.sorted() + [atoms.freshKey] {
            for attributes in scopes.sets {
                var key = Principal(kind: .key, id: name, authentication: .apiKey)
                for attribute in attributes { attribute.add(to: &key) }
                members.append(key)
            }
        }
        if members.count > ComparisonLimits.principalsMax {
            gaps.append(
                "only \(ComparisonLimits.principalsMax) of \(members.count) sorts of principals")
            members = Array(members.prefix(ComparisonLimits.principalsMax))
        }
        self.members = members
        self.gaps = gaps
    }

    /// All subsets of few attributes; of many only none, each, each pair and all.
    private static func subsets(
        _ attributes: [PrincipalAttribute], of what: String
    ) -> (sets: [[PrincipalAttribute]], gap: String?) {
        if attributes.count <= ComparisonLimits.subsetAttributesMax {
            let sets = (0..<(1 << attributes.count)).map { bits in
                attributes.indices.filter { bits & (1 << $0) != 0 }.map { attributes[$0] }
            }
            return (sets, nil)
        }
        var sets: [[PrincipalAttribute]] = [[], attributes]
        for (index, first) in attributes.enumerated() {
            sets.append([first])
            for second in attributes[(index + 1)...] { sets.append([first, second]) }
        }
        return (
            Array(sets.prefix(ComparisonLimits.subsetsMax)),
            "members of more than two of the \(attributes.count) \(what) were not tried"
        )
    }

    private static func workloads(
        _ atoms: PrincipalAtoms, _ domain: String, _ services: [NameClasses.Member],
        _ namespaces: [NameClasses.Member]
    ) -> (members: [Principal], gaps: [String]) {
        var members: [Principal] = []
        var gaps: [String] = []
        let template = IdentityTemplate.consul
        let datacenters = NameClasses(atoms.datacenters).members
        let domains = [domain] + atoms.domains.subtracting([domain]).sorted()
        for domain in domains + ["elsewhere.invalid"] {
            for namespace in namespaces {
                for datacenter in datacenters {
                    for service in services {
                        let identity = ServiceIdentity(
                            trustDomain: domain, namespace: namespace.name,
                            datacenter: datacenter.name, service: service.name)
                        guard let id = try? template.spiffeID(for: identity) else { continue }
                        members.append(workload(id, identity))
                    }
                }
            }
        }
        for shape in atoms.otherShapes {
            let ids = shape.witnesses()
            if let gap = ids.gap { gaps.append(gap) }
            members += ids.witnesses.map { workload($0, nil) }
        }
        return (members, gaps)
    }

    private static func workload(_ id: SPIFFEID, _ service: ServiceIdentity?) -> Principal {
        let segments = id.pathSegments
        let isOperator = segments.count == 2 && segments[0] == "operator"
        return Principal(
            kind: isOperator ? .operator : .service, id: id.description, authentication: .mtls,
            spiffeID: id, service: service)
    }
}

/// Something that a principal can have besides its name.
enum PrincipalAttribute: Hashable {
    case ldapGroup(String)
    case samlGroup(String)
    case claim(OIDCClaim)
    case scope(String)

    func add(to principal: inout Principal) {
        switch self {
        case .ldapGroup(let name): principal.ldapGroups.append(name)
        case .samlGroup(let name): principal.samlGroups.append(name)
        case .claim(let claim): principal.oidcClaims.append(claim)
        case .scope(let name): principal.apiKeyScopes.append(name)
        }
    }
}
