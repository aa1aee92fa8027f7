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
    let rules: [RuleDeclaration]
    let tests: [TestDeclaration]
    let acl: RuleIndex
    let intentions: RuleIndex

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
        let numbered = declarations.rules.enumerated().map { (number: $0.offset, rule: $0.element) }
        acl = RuleIndex(numbered.filter { $0.rule.gate == .acl })
        intentions = RuleIndex(numbered.filter { $0.rule.gate == .intention })
        digest = CanonicalForm.digest(
            trustDomain: trustDomain, roles: self.roles, bindings: bindings, rules: rules)
        number = PolicyNumbers.next()
    }
}

extension CompiledPolicy {
    /// Resolves a principal: its roles, and which rules speak of it.
    ///
    /// It takes time in proportion to the policy; callers keep the result with the connection or session.
    public func subject(for principal: Principal) -> Subject {
        var matcher = SubjectMatcher(principal: principal, trustDomain: trustDomain)
        for binding in bindings where binding.subjects.contains(where: matcher.matches) {
            matcher.roles.insert(binding.role.value)
        }
        var actions = ActionSet()
        var names: [String] = []
        for role in roles {
            let isDirect = principal.directRoles.contains { isSameName($0, role.name) }
            guard isDirect || matcher.roles.contains(role.name) else { continue }
            matcher.roles.insert(role.name)
            actions.bits |= role.actions.bits
            names.append(role.name)
        }
        let matching = ContiguousArray(rules.map { matcher.matches($0) })
        let own = principal.service.flatMap {
            principal.kind == .service && isSameName($0.trustDomain, trustDomain) ? $0 : nil
        }
        return Subject(
            principal: principal, roles: names, policyNumber: number, actions: actions,
            aclBits: Self.bits(acl.entries, matching),
            intentionBits: Self.bits(intentions.entries, matching), ownService: own)
    }

    private static func bits(
        _ entries: ContiguousArray<RuleEntry>, _ matching: ContiguousArray<Bool>
    ) -> ContiguousArray<UInt64> {
        var bits = ContiguousArray<UInt64>(repeating: 0, count: (entries.count + 63) / 64)
        for (index, entry) in entries.enumerated() where matching[Int(entry.rule)] {
            bits[index >> 6] |= 1 << UInt64(index & 63)
        }
        return bits
    }
}

/// Numbers for policies, unique in this process.
private enum PolicyNumbers {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}
