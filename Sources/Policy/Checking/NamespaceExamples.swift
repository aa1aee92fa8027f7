import Text

/// Makes principals and operations that a rule speaks of, in the namespaces that a policy names and one that it doesn't.
struct NamespaceExamples {
    private let policy: CompiledPolicy
    private let runner: PolicyTestRunner
    /// Namespaces to try where a rule leaves them out, `default` among them.
    private let namespaces: [String]

    init(_ policy: CompiledPolicy, _ runner: PolicyTestRunner) {
        self.policy = policy
        self.runner = runner
        var named: [String] = []
        for rule in policy.rules {
            var targets = rule.targets ?? []
            if case .services(let from) = rule.sources { targets += from }
            named += targets.flatMap(\.namespaces).filter { !$0.isPrefix }.map(\.text)
        }
        for test in policy.tests { named.append(test.operation.resource.namespace) }
        var chosen = ["elsewhere", Resource.defaultNamespace]
        for name in named where chosen.count < PolicyLimits.exampleNamespacesMax {
            if !chosen.contains(where: { $0.isExactly(name) }), !name.isExactly("*") {
                chosen.insert(name, at: 0)
            }
        }
        namespaces = chosen
    }

    /// Who a rule speaks of, or lets past it.
    func principals(of rule: RuleDeclaration) -> [Principal] {
        var found: [Principal] = []
        if rule.isDeny {
            found += rule.except.flatMap { principals(of: $0.value) }
        } else {
            switch rule.sources {
            case .subjects(let terms): found += (terms ?? []).flatMap { principals(of: $0.value) }
            case .services(let targets): found += targets.flatMap(services)
            }
        }
        return Array(found.prefix(PolicyLimits.exampleSubjectsMax))
    }

    func actions(of rule: RuleDeclaration) -> [Action] {
        Array(rule.actions.actions.prefix(PolicyLimits.exampleActionsMax))
    }

    /// What a rule speaks of; what is the principal's own comes first.
    func resources(of rule: RuleDeclaration, for principal: Principal) -> [Resource] {
        let targets = (rule.targets ?? [.all]).prefix(PolicyLimits.exampleTargetsMax)
        let tags = (rule.tags.any.prefix(1) + rule.tags.all).map(Self.name)
        var found: [Resource] = []
        if let own = principal.service, targets.contains(where: { $0.mayHold(own) }) {
            found.append(Resource(service: own.service, namespace: own.namespace, tags: tags))
        }
        for target in targets {
            found += names(target).map {
                Resource(service: Self.name(target.service), namespace: $0, tags: tags)
            }
        }
        return found
    }

    /// The principal with a role that holds the action, where the policy's bindings give it none.
    func withRole(_ principal: Principal, for action: Action) -> Principal {
        let given = policy.subject(for: principal).roles
        func holds(_ role: RoleDeclaration) -> Bool { role.actions.contains(action) }
        let has = policy.roles.contains { role in
            holds(role) && given.contains { $0.isExactly(role.name) }
        }
        // A service's roles come from its SPIFFE ID alone, so that one without a role has none.
        var other = principal
        if !has, principal.kind != .service, let role = policy.roles.first(where: holds) {
            other.directRoles.append(role.name)
        }
        if other.kind == .key { other.owner = PolicyTestRunner.owner(of: other, policy) }
        return other
    }

    private func principals(of term: SubjectTerm) -> [Principal] {
        switch term {
        case .service(let target): return services(target)
        case .user(let name):
            return [Principal(kind: .user, id: name, authentication: .session)]
        case .key(let id): return [Principal(kind: .key, id: id, authentication: .apiKey)]
        case .role(let name):
            var user = Principal(kind: .user, id: "someone", authentication: .session)
            user.directRoles = [name]
            return [user]
        case .group(let name):
            var user = Principal(kind: .user, id: "someone", authentication: .session)
            user.ldapGroups = [name]
            return [user]
        }
    }

    private func services(_ target: ServiceTarget) -> [Principal] {
        names(target).compactMap { namespace in
            runner.service(Self.name(target.service), in: namespace, of: policy.trustDomain)
        }
    }

    private func names(_ target: ServiceTarget) -> [String] {
        target.leavesNamespaceOut ? namespaces : target.namespaces.map(Self.name)
    }

    /// A name that a pattern matches.
    private static func name(_ pattern: NamePattern) -> String {
        let text = String(decoding: pattern.bytes, as: UTF8.self)
        if !pattern.isPrefix { return text }
        return text.isEmpty ? "some" : text + "1"
    }
}

extension ServiceTarget {
    fileprivate func mayHold(_ own: ServiceIdentity) -> Bool {
        service.matches(own.service)
            && (leavesNamespaceOut || namespaces.contains { $0.matches(own.namespace) })
    }
}
