import Synchronization
import Text

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
    let bindingIndex: BindingIndex
    /// To sign on, where that is open to anybody.
    private let signOn: ActionSet

    /// How many rules (ACL entries and intentions) the policy has.
    public var ruleCount: Int { rules.count }

    /// How many subjects the policy binds to roles.
    public var bindingCount: Int { bindings.count }
    /// How many roles the policy has, the built-in ones included.
    public var roleCount: Int { roles.count }
    /// How many tests the policy carries.
    public var testCount: Int { tests.count }

    /// Compiles declarations that were found free of errors.
    init(_ declarations: PolicyDeclarations, trustDomain: String) {
        var roles = declarations.roles
        for standard in BuiltInRoles.roles
        where !roles.contains(where: { $0.name.isExactly(standard.name) }) {
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
        bindingIndex = BindingIndex(bindings, roles: self.roles)
        var open = ActionSet()
        for number in bindingIndex.roles(of: .anonymous) {
            open.bits |= self.roles[number].actions.bits
        }
        signOn = ActionSet(bits: open.bits & ActionSet([.sessionCreate]).bits)
        let numbered = declarations.rules.enumerated().map { (number: $0.offset, rule: $0.element) }
        acl = RuleIndex(
            numbered.filter { $0.rule.gate == .acl }, trustDomain: trustDomain)
        intentions = RuleIndex(
            numbered.filter { $0.rule.gate == .intention }, trustDomain: trustDomain)
        digest = CanonicalForm.digest(
            trustDomain: trustDomain, roles: self.roles, bindings: bindings, rules: rules)
        number = PolicyNumbers.next()
    }
}

extension CompiledPolicy {
    /// Resolves a principal: its roles, and which rules speak of it.
    ///
    /// Indexes find them, so it takes microseconds under a large policy too; callers keep the result all the same, with the
    /// principal and the policy.
    ///
    /// - Parameters:
    ///   - principal: Who asks.
    ///   - overlay: What holds beside the policy.
    /// - Returns: The principal as both see it.
    public func subject(
        for principal: Principal, under overlay: PolicyOverlay = .none
    ) -> Subject {
        let own = rights(of: principal, overlay)
        guard principal.kind == .key else {
            var actions = own.held
            if principal.authentication == .jwt { actions.bits &= ~ActionSet.minting.bits }
            // Whom a credential shows may do no less than strangers to sign on.
            if principal.kind == .user || principal.kind == .operator {
                actions.bits |= signOn.bits
            }
            return subject(
                principal, own, allowed: actions, overlay,
                judged: SourceIndex.Asker(
                    principal: principal, roles: own.names, lockedRoles: own.locked))
        }
        guard let owner = principal.owner?.principal, owner.kind != .key, owner.kind != .anonymous
        else {
            return subject(
                principal, own, allowed: ActionSet(), overlay,
                judged: SourceIndex.Asker(
                    principal: principal, roles: own.names, lockedRoles: own.locked))
        }
        let owners = rights(of: owner, overlay)
        let both = own.held.bits & owners.held.bits & ~ActionSet.minting.bits
        return subject(
            principal, own, allowed: ActionSet(bits: both), overlay,
            judged: SourceIndex.Asker(
                principal: owner, roles: owners.names, lockedRoles: owners.locked,
                key: (principal.id, own.names + own.locked)))
    }

    /// What a principal's own roles come to.
    private struct Rights {
        /// The names of those that count.
        var names: [String] = []
        /// The names of those that are locked: they give nothing, and denies of them catch it all the same.
        var locked: [String] = []
        var held = ActionSet()
    }

    private func rights(of principal: Principal, _ overlay: PolicyOverlay) -> Rights {
        var rights = Rights()
        let assigned = overlay.roles(of: principal)
        for number in bindingIndex.roles(of: principal, and: assigned) {
            let role = roles[number]
            if overlay.locks.lock(onRole: role.name) == nil {
                rights.names.append(role.name)
                rights.held.bits |= role.actions.bits
            } else {
                rights.locked.append(role.name)
                rights.held.bits |= role.actions.bits & overlay.keeps(principal).bits
            }
        }
        return rights
    }

    private func subject(
        _ principal: Principal, _ rights: Rights, allowed: ActionSet, _ overlay: PolicyOverlay,
        judged: SourceIndex.Asker
    ) -> Subject {
        let own = judged.principal.service.flatMap {
            judged.principal.kind == .service && $0.trustDomain.isExactly(trustDomain) ? $0 : nil
        }
        return Subject(
            principal: principal, roles: rights.names, lock: overlay.lock(on: principal),
            judged: judged.principal.kind, rights: (allowed, rights.held),
            bits: (acl.bits(of: judged), intentions.bits(of: judged)), ownService: own,
            policy: number, overlay: overlay)
    }
}

/// Numbers for policies, unique in this process.
private enum PolicyNumbers {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}
