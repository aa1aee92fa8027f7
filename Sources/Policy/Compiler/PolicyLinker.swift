import Text

/// Checks what only all files of a policy together can show.
struct PolicyLinker {
    let declarations: PolicyDeclarations
    var diagnostics: Diagnostics

    mutating func check() {
        checkRoles()
        checkRuleIDs()
        checkRoleNames()
        checkOpenRoles()
        checkExpectedRules()
        checkLimits()
    }

    /// A role that is open to nobody in particular may hold only what is made for that.
    private mutating func checkOpenRoles() {
        let roles =
            declarations.roles
            + BuiltInRoles.roles.map {
                RoleDeclaration(
                    name: $0.name, actions: $0.actions,
                    location: Location(file: "built-in", mark: .start))
            }
        for binding in declarations.bindings where binding.subjects.contains(where: \.isAnonymous) {
            let role = roles.first { $0.name.isExactly(binding.role.value) }
            guard let role, !role.actions.isSubset(of: .openable) else { continue }
            let names = ActionSet.openable.actions.map(\.name).joined(separator: ", ")
            report(
                .invalidValue, binding.role.location,
                "role \(quoted(role.name)) can't be open to anyone",
                hint: "anonymous subjects may hold \(names) at most")
        }
    }

    private mutating func checkRoles() {
        var seen: [String: Location] = [:]
        for role in declarations.roles {
            guard let first = seen.updateValue(role.location, forKey: role.name) else { continue }
            seen[role.name] = first
            report(
                .duplicate, role.location,
                "role \(quoted(role.name)) is declared already in \(place(first))")
        }
    }

    private mutating func checkRuleIDs() {
        var seen: [String: Location] = [:]
        for rule in declarations.rules {
            guard let first = seen.updateValue(rule.location, forKey: rule.id) else { continue }
            seen[rule.id] = first
            report(
                .duplicate, rule.location,
                "rule id \(quoted(rule.id)) is taken already in \(place(first))")
        }
    }

    private mutating func checkRoleNames() {
        let known = Set(declarations.roles.map(\.name) + BuiltInRoles.names)
        var used = declarations.bindings.map(\.role) + declarations.testRoles
        for rule in declarations.rules {
            var terms = rule.except
            if case .subjects(.some(let subjects)) = rule.sources { terms += subjects }
            for term in terms {
                guard case .role(let name) = term.value else { continue }
                used.append(Located(value: name, location: term.location))
            }
        }
        for name in used where !known.contains(name.value) {
            report(
                .dangling, name.location, "there is no role \(quoted(name.value))",
                hint: Suggestion.hint(for: name.value, among: known.sorted()))
        }
    }

    private mutating func checkExpectedRules() {
        let known = Set(declarations.rules.map(\.id))
        for id in declarations.testRules where !known.contains(id.value) {
            report(
                .dangling, id.location, "there is no rule \(quoted(id.value))",
                hint: Suggestion.hint(for: id.value, among: known.sorted().prefix(1_000)))
        }
    }

    private mutating func checkLimits() {
        let subjects = declarations.bindings.reduce(0) { $0 + $1.subjects.count }
        let entries = declarations.rules.reduce(0) { $0 + max($1.targets?.count ?? 1, 1) }
        let roles = declarations.roles.count + BuiltInRoles.names.count
        check(roles, PolicyLimits.rolesMax, "roles", declarations.roles.last?.location)
        check(
            subjects, PolicyLimits.bindingsMax, "bound subjects",
            declarations.bindings.last?.role.location)
        check(
            declarations.rules.count, PolicyLimits.rulesMax, "rules",
            declarations.rules.last?.location)
        check(
            entries, PolicyLimits.entriesMax, "service patterns in rules",
            declarations.rules.last?.location)
        check(
            declarations.tests.count, PolicyLimits.testsMax, "tests",
            declarations.tests.last?.location)
    }

    private mutating func check(_ count: Int, _ maximum: Int, _ what: String, _ last: Location?) {
        guard count > maximum, let last else { return }
        report(
            .limit, last, "the policy has \(count) \(what), at most \(maximum) are allowed")
    }

    private mutating func report(
        _ code: PolicyError.Code, _ location: Location, _ message: String, hint: String? = nil
    ) {
        diagnostics.report(code, location.mark, message, hint: hint, file: location.file)
    }

    private func place(_ location: Location) -> String {
        "\(location.file):\(location.mark.line)"
    }
}
