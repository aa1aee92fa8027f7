/// Finds rules that would have decided otherwise while a namespace that was left out meant all of them.
///
/// It asks the policy, and the same policy read in the old way, about examples made from each such rule. So what it
/// warns of has happened to at least one request, which the warning names.
struct NamespaceLint {
    private let policy: CompiledPolicy
    private let before: CompiledPolicy
    private let examples: NamespaceExamples

    static func findings(_ policy: CompiledPolicy, _ runner: PolicyTestRunner) -> [PolicyFinding] {
        guard policy.rules.contains(where: \.leavesNamespaceOut) else { return [] }
        let lint = NamespaceLint(policy, runner)
        return policy.rules.filter(\.leavesNamespaceOut).compactMap(lint.finding)
    }

    private init(_ policy: CompiledPolicy, _ runner: PolicyTestRunner) {
        self.policy = policy
        before = CompiledPolicy(
            PolicyDeclarations(
                roles: policy.roles, bindings: policy.bindings,
                rules: policy.rules.map(\.asReadBefore)),
            trustDomain: policy.trustDomain)
        examples = NamespaceExamples(policy, runner)
    }

    private func finding(_ rule: RuleDeclaration) -> PolicyFinding? {
        let context = Context(nowNanoseconds: 0, sourceIP: rule.sourceIP.first?.first)
        for principal in examples.principals(of: rule) {
            let resources = examples.resources(of: rule, for: principal)
            for action in examples.actions(of: rule) {
                let asker = examples.withRole(principal, for: action)
                let (now, then) = (policy.subject(for: asker), before.subject(for: asker))
                for resource in resources {
                    let operation = Operation(action: action, resource: resource)
                    let isAllowed = policy.decide(now, operation, context).isAllowed
                    let wasAllowed = before.decide(then, operation, context).isAllowed
                    if isAllowed != wasAllowed {
                        return warning(rule, asker, operation, isAllowed: isAllowed)
                    }
                }
            }
        }
        return nil
    }

    private func warning(
        _ rule: RuleDeclaration, _ principal: Principal, _ operation: Operation, isAllowed: Bool
    ) -> PolicyFinding {
        let who =
            principal.service.map { "service:\($0.namespace)/\($0.service)" }
            ?? "\(principal.kind.rawValue):\(principal.id)"
        let what =
            "\(operation.action.name) of \(operation.resource.service ?? "*")"
            + " in namespace \(operation.resource.namespace)"
        let rest = "namespace 'default' or '*' in it says which is meant"
        return PolicyFinding(
            severity: .warning, file: rule.location.file, line: rule.location.mark.line,
            column: rule.location.mark.column,
            message: "rule '\(rule.id)' leaves a namespace out, which means 'default' and once"
                + " meant all: \(quoted(who)) is now \(isAllowed ? "allowed" : "refused")"
                + " \(quoted(what)) (\(rest))")
    }
}

extension CompiledPolicy {
    /// How many rules leave a namespace out, where that means `default` and once meant all.
    public var rulesWithoutNamespace: Int { rules.count(where: \.leavesNamespaceOut) }
}

extension RuleDeclaration {
    /// Whether a namespace is left out where that was read as all namespaces once.
    fileprivate var leavesNamespaceOut: Bool {
        var targets = (targets ?? []) + services(in: except)
        switch sources {
        case .subjects(let terms): targets += services(in: terms ?? [])
        case .services(let from): targets += from
        }
        return targets.contains(where: \.leavesNamespaceOut)
    }

    private func services(in terms: [Located<SubjectTerm>]) -> [ServiceTarget] {
        terms.compactMap { if case .service(let target) = $0.value { target } else { nil } }
    }

    /// The rule as it was read while a namespace that was left out meant all of them.
    fileprivate var asReadBefore: RuleDeclaration {
        var rule = self
        rule.targets = targets?.map(\.asReadBefore)
        rule.except = except.map(\.asReadBefore)
        switch sources {
        case .subjects(let terms): rule.sources = .subjects(terms?.map(\.asReadBefore))
        case .services(let from): rule.sources = .services(from.map(\.asReadBefore))
        }
        return rule
    }
}

extension Located<SubjectTerm> {
    fileprivate var asReadBefore: Self {
        guard case .service(let target) = value else { return self }
        return Located(value: .service(target.asReadBefore), location: location)
    }
}

extension ServiceTarget {
    fileprivate var asReadBefore: ServiceTarget {
        leavesNamespaceOut ? ServiceTarget(service: service, namespaces: [.any]) : self
    }
}
