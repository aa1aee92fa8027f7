import Text

/// Finds the rule entries that speak of a principal without looking at the others.
struct SourceIndex: Sendable {
    /// Whom rules judge, with the names of its roles.
    struct Asker {
        let principal: Principal
        let roles: [String]
        /// Those of its roles that are locked: only denies see them.
        let lockedRoles: [String]
        /// The API key that acts for it, and the names of the key's own roles.
        var key: (id: String, roles: [String])?
    }

    private enum Term: Hashable {
        case role(ExactText), user(ExactText), key(ExactText), group(ExactText)
    }

    private let trustDomain: String
    /// Whether the entries are denies, which catch more than allows do.
    private let isDeny: Bool
    private var everyone = SparseBits()
    private var named: [Term: SparseBits] = [:]
    private var services = ServiceSources([])

    /// Takes whom each entry speaks of, by rising entry.
    init(
        _ sources: [(entry: Int, sources: RuleDeclaration.Sources)], trustDomain: String,
        isDeny: Bool
    ) {
        self.trustDomain = trustDomain
        self.isDeny = isDeny
        var targets: [(entry: Int, target: ServiceTarget)] = []
        for (entry, source) in sources {
            switch source {
            case .subjects(.none): everyone.insert(entry)
            case .subjects(.some(let terms)):
                for term in terms {
                    if case .service(let target) = term.value {
                        targets.append((entry, target))
                    } else if let key = Self.key(term.value) {
                        named[key, default: SparseBits()].insert(entry)
                    }
                }
            case .services(let own): targets += own.map { (entry, $0) }
            }
        }
        services = ServiceSources(targets)
    }

    private static func key(_ term: SubjectTerm) -> Term? {
        switch term {
        case .role(let name): .role(ExactText(name))
        case .user(let name): .user(ExactText(name))
        case .key(let id): .key(ExactText(id))
        case .group(let name): .group(ExactText(name))
        case .service: nil
        }
    }

    /// Adds the entries that speak of a principal.
    func add(_ asker: Asker, to bits: inout EntryBits) {
        everyone.add(to: &bits)
        addService(asker.principal, &bits)
        if named.isEmpty { return }
        for role in asker.roles { add(.role(ExactText(role)), &bits) }
        if isDeny { for role in asker.lockedRoles { add(.role(ExactText(role)), &bits) } }
        let principal = asker.principal
        switch principal.kind {
        case .user:
            for name in principal.userNames(isDeny: isDeny) { add(.user(ExactText(name)), &bits) }
        case .service, .operator, .key, .anonymous: break
        }
        if let key = asker.key {
            add(.key(ExactText(key.id)), &bits)
            // A deny catches whoever acts as well as whom he acts for.
            if isDeny { for role in key.roles { add(.role(ExactText(role)), &bits) } }
        }
        for group in principal.groupNames(isDeny: isDeny) { add(.group(ExactText(group)), &bits) }
    }

    private func add(_ term: Term, _ bits: inout EntryBits) { named[term]?.add(to: &bits) }

    /// Adds the entries that speak of a service.
    ///
    /// Names are those of this trust domain: a service of another one gains nothing by bearing the same name, but a deny
    /// catches it. Nor does a service whose SPIFFE ID the template can't read escape a deny.
    private func addService(_ principal: Principal, _ bits: inout EntryBits) {
        guard principal.kind == .service else { return }
        guard let service = principal.service else {
            if isDeny { services.addAll(to: &bits) }
            return
        }
        guard isDeny || service.trustDomain.isExactly(trustDomain) else { return }
        services.add(service: service.service, namespace: service.namespace, to: &bits)
    }
}

/// Which entries speak of a service, by the patterns for its name and, below these, for its namespace.
private struct ServiceSources: Sendable {
    private struct Namespaces: Sendable {
        let table: PatternTable
        /// By the namespace pattern's number.
        let entries: [SparseBits]
    }

    private let table: PatternTable
    /// By the service pattern's number.
    private var namespaces: [Namespaces] = []
    private var all = SparseBits()

    init(_ targets: [(entry: Int, target: ServiceTarget)]) {
        var byService: [NamePattern: [NamePattern: SparseBits]] = [:]
        for (entry, target) in targets {
            for name in target.namespaces {
                byService[target.service, default: [:]][name, default: SparseBits()].insert(entry)
            }
            all.insert(entry)
        }
        table = PatternTable(Array(byService.keys))
        namespaces = byService.values.map {
            Namespaces(table: PatternTable(Array($0.keys)), entries: Array($0.values))
        }
    }

    func add(service: String, namespace: String, to bits: inout EntryBits) {
        table.forEachMatch(service) { number in
            let below = namespaces[number]
            below.table.forEachMatch(namespace) { below.entries[$0].add(to: &bits) }
        }
    }

    func addAll(to bits: inout EntryBits) { all.add(to: &bits) }
}
