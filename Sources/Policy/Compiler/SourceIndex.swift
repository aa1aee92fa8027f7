/// Finds the rule entries that speak of a principal without looking at the others.
struct SourceIndex: Sendable {
    private struct Clause: Sendable {
        var namespaces: [NamePattern]
        var entries: SparseBits
    }

    private enum Term: Hashable {
        case role(ByteName), user(ByteName), key(ByteName), group(ByteName)
    }

    private var everyone = SparseBits()
    private var named: [Term: SparseBits] = [:]
    private var services: PatternTrie
    private var clauses: ContiguousArray<[Clause]>
    private var anyService = SparseBits()

    /// Whose entries are to be found, by rising entry.
    typealias Source = (entry: Int, sources: RuleDeclaration.Sources)

    init(_ sources: [Source]) {
        var numbers: [NamePattern: Int] = [:]
        var patterns: [NamePattern] = []
        var clauses: [[[NamePattern]: SparseBits]] = []
        for (entry, source) in sources {
            var targets: [ServiceTarget] = []
            switch source {
            case .services(let own): targets = own
            case .subjects(.none): everyone.insert(entry)
            case .subjects(.some(let terms)):
                for term in terms {
                    if case .service(let pattern) = term.value {
                        targets.append(ServiceTarget(service: pattern, namespaces: []))
                    } else if let key = Self.key(term.value) {
                        named[key, default: SparseBits()].insert(entry)
                    }
                }
            }
            for target in targets {
                if numbers[target.service] == nil {
                    numbers[target.service] = patterns.count
                    patterns.append(target.service)
                    clauses.append([:])
                }
                let number = numbers[target.service] ?? 0
                clauses[number][target.namespaces, default: SparseBits()].insert(entry)
            }
            if !targets.isEmpty { anyService.insert(entry) }
        }
        services = PatternTrie(patterns)
        self.clauses = ContiguousArray(
            clauses.map { $0.map { Clause(namespaces: $0.key, entries: $0.value) } })
    }

    private static func key(_ term: SubjectTerm) -> Term? {
        switch term {
        case .role(let name): .role(ByteName(name))
        case .user(let name): .user(ByteName(name))
        case .key(let id): .key(ByteName(id))
        case .group(let name): .group(ByteName(name))
        case .service: nil
        }
    }

    /// Adds the entries that speak of a principal with some roles.
    ///
    /// Names of services are those of this trust domain: a service of another one gains nothing by bearing the same
    /// name, but a deny catches it. Nor does a service whose SPIFFE ID the template can't read escape a deny.
    func add(
        _ principal: Principal, roles: [String], trustDomain: String, isDeny: Bool,
        to bits: inout RuleBits
    ) {
        everyone.add(to: &bits)
        addService(principal, trustDomain, isDeny, &bits)
        if named.isEmpty { return }
        for role in roles { add(.role(ByteName(role)), &bits) }
        switch principal.kind {
        case .user: add(.user(ByteName(principal.id)), &bits)
        case .key: add(.key(ByteName(principal.id)), &bits)
        case .service, .operator, .anonymous: break
        }
        for group in principal.ldapGroups { add(.group(ByteName(group)), &bits) }
        for group in principal.samlGroups { add(.group(ByteName(group)), &bits) }
        for claim in principal.oidcClaims where isSameName(claim.claim, "groups") {
            add(.group(ByteName(claim.value)), &bits)
        }
    }

    private func addService(
        _ principal: Principal, _ trustDomain: String, _ isDeny: Bool, _ bits: inout RuleBits
    ) {
        guard principal.kind == .service else { return }
        guard let service = principal.service else {
            if isDeny { anyService.add(to: &bits) }
            return
        }
        guard isDeny || isSameName(service.trustDomain, trustDomain) else { return }
        services.forEachMatch(service.service) { number in
            for clause in clauses[number] {
                let isMet =
                    clause.namespaces.isEmpty
                    || clause.namespaces.contains { $0.matches(service.namespace) }
                if isMet { clause.entries.add(to: &bits) }
            }
        }
    }

    private func add(_ term: Term, _ bits: inout RuleBits) { named[term]?.add(to: &bits) }
}
