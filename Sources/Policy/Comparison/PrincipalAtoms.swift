/// Everything that some policies recognise principals by.
struct PrincipalAtoms {
    private(set) var users: Set<String> = []
    private(set) var keys: Set<String> = []
    private(set) var groups: [PrincipalAttribute] = []
    private(set) var scopes: Set<String> = []
    private(set) var domains: Set<String> = []
    private(set) var datacenters: Set<NamePattern> = []
    /// Service and namespace patterns of SPIFFE IDs in the template's form.
    private(set) var services: Set<NamePattern> = []
    private(set) var namespaces: Set<NamePattern> = []
    private var shapes: [String: SPIFFEShape] = [:]

    init(_ policies: [CompiledPolicy]) {
        for policy in policies {
            for binding in policy.bindings { binding.subjects.forEach { add($0) } }
            for rule in policy.rules {
                var terms = rule.except
                switch rule.sources {
                case .subjects(let subjects): terms += subjects ?? []
                case .services(let targets):
                    for target in targets {
                        services.insert(target.service)
                        namespaces.formUnion(target.namespaces)
                    }
                }
                terms.forEach { add($0.value) }
            }
            addOperators(of: policy.trustDomain)
        }
    }

    var freshUser: String { Self.fresh("someone", among: users) }
    var freshKey: String { Self.fresh("somekey", among: keys) }
    var otherShapes: [SPIFFEShape] { shapes.sorted { $0.key < $1.key }.map(\.value) }

    private static func fresh(_ name: String, among taken: Set<String>) -> String {
        taken.contains(name) ? fresh(name + "x", among: taken) : name
    }

    private mutating func add(_ subject: BindingSubject) {
        switch subject {
        case .spiffe(let pattern): add(pattern)
        case .user(let name): users.insert(name)
        case .ldapGroup(let name): addGroup(.ldapGroup(name))
        case .samlGroup(let name): addGroup(.samlGroup(name))
        case .oidc(let claim): addGroup(.claim(claim))
        case .apiKeyScope(let scope): scopes.insert(scope)
        }
    }

    private mutating func add(_ term: SubjectTerm) {
        switch term {
        case .role: return
        case .service(let pattern): services.insert(pattern)
        case .user(let name): users.insert(name)
        case .key(let id): keys.insert(id)
        case .group(let name):
            addGroup(.ldapGroup(name))
            addGroup(.samlGroup(name))
            addGroup(.claim(OIDCClaim(issuer: "https://idp.invalid", claim: "groups", value: name)))
        }
    }

    private mutating func addGroup(_ attribute: PrincipalAttribute) {
        if !groups.contains(attribute) { groups.append(attribute) }
    }

    private mutating func add(_ pattern: SPIFFEPattern) {
        domains.insert(pattern.trustDomain)
        let parts = pattern.segments
        if parts.count == 6, parts[0].matches("ns"), parts[2].matches("dc"), parts[4].matches("svc")
        {
            namespaces.insert(parts[1])
            datacenters.insert(parts[3])
            services.insert(parts[5])
        }
        let isTemplate =
            parts.count == 6 && parts[0].text == "ns" && parts[2].text == "dc"
            && parts[4].text == "svc"
        if !isTemplate { addShape(pattern.trustDomain, parts) }
    }

    /// Operators are principals of their own kind, whether or not a binding names them.
    private mutating func addOperators(of domain: String) {
        addShape(domain, [NamePattern("operator"), .any])
    }

    private mutating func addShape(_ domain: String, _ segments: [NamePattern]) {
        let key = "\(domain) \(segments.count)"
        shapes[key, default: SPIFFEShape(domain: domain, count: segments.count)].add(segments)
    }
}

/// The SPIFFE IDs of one trust domain with one number of segments.
struct SPIFFEShape {
    let domain: String
    private var segments: [Set<NamePattern>]

    init(domain: String, count: Int) {
        self.domain = domain
        segments = Array(repeating: [], count: count)
    }

    mutating func add(_ patterns: [NamePattern]) {
        for (index, pattern) in patterns.enumerated() { segments[index].insert(pattern) }
    }

    /// One ID for each combination of the classes of its segments.
    func witnesses() -> (witnesses: [SPIFFEID], gap: String?) {
        var paths: [[String]] = [[]]
        for patterns in segments {
            let names = NameClasses(patterns).members.map(\.name)
            if paths.count * names.count > ComparisonLimits.identitiesMax {
                return ([], "SPIFFE IDs with \(segments.count) segments in \(domain)")
            }
            paths = paths.flatMap { path in names.map { path + [$0] } }
        }
        let ids = paths.compactMap { try? SPIFFEID(trustDomain: domain, segments: $0) }
        return (ids, nil)
    }
}
