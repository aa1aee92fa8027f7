import Text

/// A role as the policy has it.
public struct ShownRole: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// The names of the actions that it holds.
    public let actions: [String]
    /// Whom the policy binds to it, by the places of the bindings; of many, the first.
    public let bindings: [ShownBinding]
    /// How many subjects are bound to it in all.
    public let bindingCount: Int
    /// The lock that is on it; nil if none is.
    public let lock: String?
}

/// A subject that a policy binds to a role.
public struct ShownBinding: Sendable, Equatable {
    /// The place of the binding among the policy's, from 0.
    public let place: Int
    /// The subject, as the policy names it.
    public let subject: String
    /// Where the binding stands.
    public let location: RuleLocation
}

/// Where a principal has a role from.
public struct RoleSource: Sendable, Equatable {
    /// What gives it.
    public enum Origin: Sendable, Equatable {
        /// A binding of the policy.
        case binding(ShownBinding)
        /// `PUT /user/roles`.
        case assigned
        /// The issuer of its token, by the list of roles that it may give.
        case token
    }

    /// The role's name.
    public let role: String
    /// What gives it.
    public let origin: Origin
    /// The lock that is on the role, so that it gives nothing; nil if none is.
    public let lock: String?
}

extension CompiledPolicy {
    /// Where a principal's own roles come from, in the policy's order.
    public func roleSources(
        of principal: Principal, under overlay: PolicyOverlay = .none
    ) -> [RoleSource] {
        let bound = bindingIndex.matches(of: principal).map { match in
            source(roles[match.role].name, .binding(shown(match.binding, match.subject)), overlay)
        }
        let assigned = overlay.roles(of: principal).map { ($0, RoleSource.Origin.assigned) }
        let direct = principal.directRoles.map { ($0, RoleSource.Origin.token) }
        return bound
            + (assigned + direct).filter { bindingIndex.number(of: $0.0) != nil }.map {
                source($0.0, $0.1, overlay)
            }
    }

    /// Whether a principal or, for a key, its owner holds a role.
    public func holds(_ role: String, _ principal: Principal, under overlay: PolicyOverlay) -> Bool
    {
        ([principal] + (principal.owner.map { [$0.principal] } ?? [])).contains { one in
            roleSources(of: one, under: overlay).contains { $0.role.isExactly(role) }
        }
    }

    /// A page of all roles in the order of their names; `next` is the last one's name, where more follow.
    public func shownRoles(
        after last: String? = nil, limit: Int, under overlay: PolicyOverlay = .none
    ) -> (roles: [ShownRole], next: String?) {
        var bound: [ExactText: [(place: Int, subject: Int)]] = [:]
        for (place, binding) in bindings.enumerated() {
            bound[ExactText(binding.role.value), default: []] += binding.subjects.indices.map {
                (place, $0)
            }
        }
        let rest = roles.filter { role in last.map { role.name > $0 } ?? true }
        let page = rest.prefix(limit).map { role in
            let subjects = bound[ExactText(role.name)] ?? []
            return ShownRole(
                name: role.name, actions: role.actions.actions.map(\.name),
                bindings: subjects.prefix(PolicyLimits.shownBindingsMax).map {
                    shown($0.place, $0.subject)
                }, bindingCount: subjects.count,
                lock: overlay.locks.lock(onRole: role.name))
        }
        return (page, rest.count > page.count ? page.last?.name : nil)
    }

    private func source(
        _ role: String, _ origin: RoleSource.Origin, _ overlay: PolicyOverlay
    ) -> RoleSource {
        RoleSource(role: role, origin: origin, lock: overlay.locks.lock(onRole: role))
    }

    private func shown(_ place: Int, _ subject: Int) -> ShownBinding {
        let binding = bindings[place]
        let location = binding.role.location
        // Where the files lie on the machine is nobody's business who asks for roles.
        let file = location.file.split(separator: "/").last.map(String.init)
        return ShownBinding(
            place: place, subject: binding.subjects[subject].text,
            location: RuleLocation(file: file ?? location.file, line: location.mark.line))
    }
}

/// Whether somebody may give a role to others, or take it away.
public enum RoleGiving: Sendable, Equatable {
    /// It is theirs to give.
    case allowed
    /// The policy has no such role.
    case unknownRole
    /// It holds an action that the giver does not, or rules speak of it that don't speak of the giver.
    case beyondOwn
}

extension CompiledPolicy {
    /// Whether a subject may give a role or take it away: nobody gives more than they have.
    ///
    /// Actions alone would not do, since rules name roles, too; so the giver has the role, or all actions that there are.
    public func giving(_ role: String, by subject: Subject) -> RoleGiving {
        guard let number = bindingIndex.number(of: role) else { return .unknownRole }
        if hasAllActions(subject) { return .allowed }
        let isHeld = subject.roles.contains { $0.isExactly(role) }
        return isHeld && roles[number].actions.isSubset(of: givable(subject))
            ? .allowed : .beyondOwn
    }

    /// Whether a subject's roles hold every action.
    public func hasAllActions(_ subject: Subject) -> Bool {
        ActionSet.all.isSubset(of: givable(subject))
    }

    /// What a subject has to give: also what its credential keeps from itself, but for a key.
    private func givable(_ subject: Subject) -> ActionSet {
        subject.principal.kind == .key ? subject.actions : subject.held
    }
}
