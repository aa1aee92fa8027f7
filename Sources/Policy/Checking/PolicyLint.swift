/// Finds what is legal in a policy but does nothing.
enum PolicyLint {
    static func findings(_ policy: CompiledPolicy) -> [PolicyFinding] {
        unusedRoles(policy) + policy.rules.compactMap(idleRule)
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

    private static func warning(_ location: Location, _ message: String) -> PolicyFinding {
        PolicyFinding(
            severity: .warning, file: location.file, line: location.mark.line,
            column: location.mark.column, message: message)
    }
}
