import Synchronization

/// A policy ready to decide; immutable, to be swapped as a whole.
public final class CompiledPolicy: Sendable {
    /// The policy's name; of several files, their names joined.
    public let name: String
    /// `sha256:` and the hexadecimal hash of what the policy decides.
    ///
    /// Two policies with one digest decide alike. Comments, layout, the order of rules, the names of files and embedded
    /// tests leave it as it is; `CanonicalForm` says what is hashed.
    public let digest: String
    /// The trust domain whose services the policy speaks of.
    public let trustDomain: String

    let number: UInt64
    let roles: [RoleDeclaration]
    let bindings: [BindingDeclaration]
    /// The rules as they are declared; a rule's number is its index.
    let rules: [RuleDeclaration]
    let tests: [TestDeclaration]
    /// Groups that are declared but named nowhere.
    let unusedGroups: [GroupDeclaration]
    let ruleTexts: ContiguousArray<RuleTexts>
    let bindingIndex: BindingIndex
    /// The enforced rules.
    let tables: RuleTables
    /// The rules that are only evaluated and told; nil when there are none.
    let shadowTables: RuleTables?
    /// What the rules and bindings ask for.
    let traits: PolicyTraits

    /// How many rules (ACL entries and intentions) the policy has.
    public var ruleCount: Int { rules.count }
    /// How many embedded tests the policy has.
    public var testCount: Int { tests.count }
    /// The names of the policy's roles, the built-in ones included, sorted.
    public var roleNames: [String] { roles.map(\.name) }

    /// Compiles declarations that were found free of errors.
    init(_ declarations: PolicyDeclarations, trustDomain: String) {
        var roles = declarations.roles
        for standard in BuiltInRoles.roles
        where !roles.contains(where: { isSameName($0.name, standard.name) }) {
            let nowhere = Location(file: "built-in", mark: .start)
            roles.append(
                RoleDeclaration(name: standard.name, actions: standard.actions, location: nowhere))
        }
        self.roles = roles.sorted { $0.name < $1.name }
        self.trustDomain = trustDomain
        name = declarations.names.isEmpty ? "unnamed" : declarations.names.joined(separator: "+")
        bindings = declarations.bindings
        rules = declarations.rules
        tests = declarations.tests
        unusedGroups = declarations.groups.filter { !declarations.usedGroups.contains($0.name) }
        ruleTexts = ContiguousArray(declarations.rules.map(RuleTexts.init))
        bindingIndex = BindingIndex(bindings)
        let numbered = declarations.rules.enumerated().map { (number: $0.offset, rule: $0.element) }
        tables = RuleTables(numbered.filter { $0.rule.shadowUntil == nil })
        let shadow = numbered.filter { $0.rule.shadowUntil != nil }
        shadowTables = shadow.isEmpty ? nil : RuleTables(shadow)
        digest = CanonicalForm.digest(
            trustDomain: trustDomain, roles: self.roles, bindings: bindings, rules: rules)
        traits = PolicyTraits(rules: rules, bindings: bindings)
        number = PolicyNumbers.next()
    }

    /// The same policy with other tables, for tests that break them.
    init(_ policy: CompiledPolicy, tables: RuleTables) {
        name = policy.name
        digest = policy.digest
        trustDomain = policy.trustDomain
        number = PolicyNumbers.next()
        roles = policy.roles
        bindings = policy.bindings
        rules = policy.rules
        tests = policy.tests
        unusedGroups = policy.unusedGroups
        ruleTexts = policy.ruleTexts
        bindingIndex = policy.bindingIndex
        traits = policy.traits
        self.tables = tables
        shadowTables = policy.shadowTables
    }
}

extension CompiledPolicy {
    /// Resolves a principal: its roles, and which rules speak of it.
    ///
    /// Callers keep the result with the connection or session.
    public func subject(for principal: Principal) -> Subject {
        var held = bindingIndex.roles(of: principal)
        held.formUnion(principal.directRoles)
        var actions = ActionSet()
        var names: [String] = []
        for role in roles where held.contains(role.name) {
            actions.bits |= role.actions.bits
            names.append(role.name)
        }
        return Subject(
            resolved: ResolvedSubject(principal, roles: names, actions: actions, policy: self))
    }
}

/// Numbers for policies, unique in this process.
private enum PolicyNumbers {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}
