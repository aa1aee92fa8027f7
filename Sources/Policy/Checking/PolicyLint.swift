import Glibc

/// Finds what is legal in a policy but does nothing, or more than its author may think.
enum PolicyLint {
    static func findings(_ policy: CompiledPolicy, nowNanoseconds: Int64 = now()) -> [PolicyFinding]
    {
        var findings = unusedRoles(policy)
        findings += policy.unusedGroups.map {
            warning($0.location, "group '\($0.name)' is used nowhere")
        }
        var overlap = RuleOverlap(policy.rules)
        for (number, rule) in policy.rules.enumerated() {
            if let idle = idleRule(rule) {
                findings.append(idle)
                continue
            }
            if let expired = expired(rule, nowNanoseconds) { findings.append(expired) }
            if let broad = overBroad(rule) { findings.append(broad) }
            if let covered = overlap.finding(number) {
                findings.append(warning(rule.location, covered))
            }
        }
        return findings
    }

    /// Nanoseconds since the Unix epoch.
    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000
    }

    /// Roles of the policy's own that nobody is bound to.
    private static func unusedRoles(_ policy: CompiledPolicy) -> [PolicyFinding] {
        let bound = Set(policy.bindings.map(\.role.value))
        return policy.roles.compactMap { role in
            guard BuiltInRoles.actions(of: role.name) == nil, !bound.contains(role.name) else {
                return nil
            }
            return warning(role.location, "role '\(role.name)' is bound to nobody")
        }
    }

    private static func idleRule(_ rule: RuleDeclaration) -> PolicyFinding? {
        guard !rule.isDeny, case .subjects(let terms) = rule.sources else { return nil }
        if rule.actions.bits & ActionSet.serviceScoped.bits == 0 {
            return warning(
                rule.location,
                "allow rule '\(rule.id)' does nothing: a role alone opens actions that are on no "
                    + "service")
        }
        let isForServicesOnly = (terms ?? []).allSatisfy {
            if case .service = $0.value { true } else { false }
        }
        guard isForServicesOnly else { return nil }
        return warning(
            rule.location,
            "allow rule '\(rule.id)' does nothing: services need an intention to act on others")
    }

    private static func expired(_ rule: RuleDeclaration, _ now: Int64) -> PolicyFinding? {
        if let until = rule.validity.until, until <= now {
            return warning(rule.location, "rule '\(rule.id)' has expired: it is no longer in force")
        }
        guard let until = rule.shadowUntil, until <= now else { return nil }
        return warning(
            rule.location,
            "shadow rule '\(rule.id)' has expired: enforce it, extend it or take it out")
    }

    /// Allows that open every service for more than looking, to others than those who run the registry.
    private static func overBroad(_ rule: RuleDeclaration) -> PolicyFinding? {
        guard !rule.isDeny, rule.when.isEmpty, rule.tags.isEmpty, rule.http == nil,
            rule.validity.until == nil, rule.shadowUntil == nil,
            (rule.targets ?? []).contains(where: { $0.service.isAny && $0.namespaces.isEmpty })
        else { return nil }
        switch rule.sources {
        case .services(let sources):
            guard sources.contains(where: { $0.service.isAny && $0.namespaces.isEmpty }) else {
                return nil
            }
            return warning(
                rule.location, "allow rule '\(rule.id)' lets every service reach every other")
        case .subjects(let terms):
            let looking: [Action] = [
                .serviceRead, .serviceDiscover, .serviceWatch, .dependencyRead,
            ]
            let changes =
                rule.actions.bits & ActionSet.serviceScoped.bits & ~ActionSet(looking).bits
            let others = (terms ?? []).first { term in
                switch term.value {
                case .role("admin"), .role("operator"), .service: false
                default: true
                }
            }
            guard changes != 0, let others else { return nil }
            return warning(
                rule.location,
                "allow rule '\(rule.id)' lets '\(Quotation.cut(others.value.text))' change every "
                    + "service")
        }
    }

    private static func warning(_ location: Location, _ message: String) -> PolicyFinding {
        PolicyFinding(
            severity: .warning, file: location.file, line: location.mark.line,
            column: location.mark.column, message: message)
    }
}
