extension CompiledPolicy {
    /// Explains what the policy says to a request.
    ///
    /// It walks over all rules; the outcome is that of `decide` for the same input.
    public func explain(
        _ principal: Principal, _ operation: Operation, _ context: Context
    ) -> Explanation {
        let subject = self.subject(for: principal)
        let outcome = summary(subject, operation, context)
        var matcher = SubjectMatcher(principal: principal, trustDomain: trustDomain)
        matcher.roles = Set(subject.roles)
        let walk = ExplainingWalk(
            policy: self, probe: RuleProbe(self), matcher: matcher, operation: operation,
            context: context, outcome: outcome)
        return Explanation(
            outcome: outcome, shadow: shadow(subject, operation, context),
            roles: grants(subject, operation.action),
            gates: [
                authentication(of: principal), roles(subject, operation.action),
                walk.acl(), walk.intentions(),
            ])
    }

    private func shadow(
        _ subject: Subject, _ operation: Operation, _ context: Context
    ) -> ShadowOutcome? {
        switch decide(subject, operation, context) {
        case .allow(let permit): permit.shadow
        case .deny(let refusal): refusal.shadow
        }
    }

    private func grants(_ subject: Subject, _ action: Action) -> [RoleGrant] {
        let matcher = SubjectMatcher(principal: subject.principal, trustDomain: trustDomain)
        return subject.roles.map { name in
            let binding = bindings.first {
                isSameName($0.role.value, name) && $0.subjects.contains(where: matcher.matches)
            }
            let role = roles.first { isSameName($0.name, name) }
            let source =
                binding.map { "\($0.role.location.file):\($0.role.location.mark.line)" }
                ?? "given directly"
            return RoleGrant(
                role: name, source: source, holdsAction: role?.actions.contains(action) ?? false)
        }
    }

    private func authentication(of principal: Principal) -> GateTrace {
        let isUnknown = principal.kind == .anonymous || principal.authentication == .none
        return GateTrace(
            gate: .authn, verdict: isUnknown ? .refused : .passed,
            note: isUnknown ? "not authenticated" : "by \(principal.authentication.rawValue)",
            rules: [])
    }

    private func roles(_ subject: Subject, _ action: Action) -> GateTrace {
        let holding = grants(subject, action).filter(\.holdsAction).map(\.role)
        let note: String
        if !holding.isEmpty {
            note = "\(action.name) is held by \(holding.joined(separator: ", "))"
        } else if subject.roles.isEmpty {
            note = "the principal has no role"
        } else {
            note = "none of \(subject.roles.joined(separator: ", ")) holds \(action.name)"
        }
        return GateTrace(
            gate: .rbac, verdict: holding.isEmpty ? .refused : .passed, note: note, rules: [])
    }
}

/// Walks over the rules for one request.
private struct ExplainingWalk {
    let policy: CompiledPolicy
    let probe: RuleProbe
    let matcher: SubjectMatcher
    let operation: Operation
    let context: Context
    let outcome: DecisionSummary

    func acl() -> GateTrace {
        let rules = traces(of: .acl)
        if let refusal = refusal(.acl, rules) { return refusal }
        guard operation.action.isServiceScoped else {
            return GateTrace(
                gate: .acl, verdict: .passed, note: "no deny applies; the action is on no service",
                rules: rules)
        }
        if matcher.principal.kind == .service {
            return GateTrace(
                gate: .acl, verdict: .passed,
                note: "no deny applies; services are judged by their name and by intentions",
                rules: rules)
        }
        return allowance(.acl, rules)
    }

    func intentions() -> GateTrace {
        guard operation.action.isServiceScoped, matcher.principal.kind == .service else {
            return GateTrace(
                gate: .intention, verdict: .notAsked,
                note: "intentions are for services that act on services", rules: [])
        }
        let rules = traces(of: .intention)
        if let refusal = refusal(.intention, rules) { return refusal }
        if outcome.isAllowed, outcome.gate == .acl {
            return GateTrace(
                gate: .intention, verdict: .passed, note: "the service acts on its own name",
                rules: rules)
        }
        return allowance(.intention, rules)
    }

    private func refusal(_ gate: Gate, _ rules: [RuleTrace]) -> GateTrace? {
        let denies = rules.filter { $0.isDeny && !$0.isShadow && $0.standing.mayApply }
        guard let named = denies.first(where: { $0.standing == .applies }) ?? denies.first else {
            return nil
        }
        let note =
            named.standing == .applies
            ? "deny rule \(named.rule)" : "\(named.standing.text) in deny rule \(named.rule)"
        return GateTrace(gate: gate, verdict: .refused, note: note, rules: rules)
    }

    private func allowance(_ gate: Gate, _ rules: [RuleTrace]) -> GateTrace {
        let allows = rules.filter { !$0.isDeny && !$0.isShadow }
        if let named = allows.first(where: { $0.standing == .applies }) {
            return GateTrace(
                gate: gate, verdict: .passed, note: "allow rule \(named.rule)", rules: rules)
        }
        let unknown = allows.first { $0.standing.mayApply }?.standing.text
        return GateTrace(
            gate: gate, verdict: .refused, note: unknown ?? "no rule allows it", rules: rules)
    }

    private func traces(of gate: Gate) -> [RuleTrace] {
        policy.rules.enumerated().compactMap { number, rule in
            guard rule.gate == gate else { return nil }
            return trace(number, rule)
        }
    }

    private func trace(_ number: Int, _ rule: RuleDeclaration) -> RuleTrace? {
        var isExcepted = false
        if !matcher.matches(rule) {
            var unexcepted = rule
            unexcepted.except = []
            guard !rule.except.isEmpty, matcher.matches(unexcepted) else { return nil }
            isExcepted = true
        }
        let standing: RuleTrace.Standing
        switch probe.standing(number, operation, context, matcher.principal) {
        case .unrelated: return nil
        case .unmet: standing = .conditionsNotMet
        case .unknown(let what): standing = isExcepted ? .excepted : .unknown(what)
        case .applies: standing = isExcepted ? .excepted : .applies
        }
        return RuleTrace(
            rule: rule.id, isDeny: rule.isDeny, standing: standing,
            location: RuleLocation(file: rule.location.file, line: rule.location.mark.line),
            isShadow: rule.shadowUntil != nil,
            isDecisive: outcome.gate == rule.gate && outcome.rule == rule.id)
    }
}

extension RuleTrace.Standing {
    /// Whether the rule applies, or may for all that is known.
    var mayApply: Bool {
        switch self {
        case .applies, .unknown: true
        case .conditionsNotMet, .excepted: false
        }
    }
}
