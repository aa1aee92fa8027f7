@testable import Policy

/// Decides as CONTRACT's text says, one sentence after the other, over all rules, without any index.
struct NaiveEvaluator {
    struct Answer {
        var isAllowed: Bool
        var gate: String
        /// The rules any of which may be named; empty for none.
        var rules: Set<String> = []
        var reasons: Set<String> = []
        /// Whether what is there is refused, and not what was asked for.
        var isOfExisting = false
    }

    /// True, false or unknown, with what is unknown.
    enum Truth: Equatable {
        case yes, no
        case unknown(String)
    }

    static let builtIn: [String: [String]] = [
        "admin": Action.allCases.map(\.name),
        "operator": [
            "service.read", "service.register", "service.heartbeat", "service.deregister",
            "service.discover", "service.watch", "service.drain", "service.configure",
            "dependency.read", "dependency.write", "identity.token", "identity.attest",
            "key.read", "policy.read", "policy.check", "system.read",
        ],
        "viewer": [
            "service.read", "service.discover", "service.watch", "dependency.read",
            "policy.read", "system.read",
        ],
        "auditor": ["audit.read", "audit.export", "audit.verify", "policy.read", "system.read"],
        "service": [
            "service.register", "service.heartbeat", "service.deregister", "service.drain",
            "service.read", "service.discover", "service.watch", "dependency.write",
            "identity.issue", "identity.renew",
        ],
    ]

    /// What a policy may open to nobody in particular.
    static let open = ["session.create", "ca.read", "federation.read"]

    let policy: NaivePolicy
    let principal: Principal
    var operation: Operation
    var context: Context
    private let roles: [String]
    /// Whom rules judge, and the roles that they find: a key's owner, else the principal.
    private let judged: Principal
    private let judgedRoles: [String]

    init(policy: NaivePolicy, principal: Principal, operation: Operation, context: Context) {
        self.policy = policy
        self.principal = principal
        self.operation = operation
        self.context = context
        roles = Self.roles(of: principal, policy)
        judged = principal.owner?.principal ?? principal
        judgedRoles = Self.roles(of: judged, policy)
    }

    private static func roles(of principal: Principal, _ policy: NaivePolicy) -> [String] {
        principal.directRoles
            + policy.bindings
            .filter { $0.subjects.contains { Self.isBound($0, principal) } }.map(\.role)
    }

    /// A change of something that exists passes for what it becomes and for what is there.
    var answer: Answer {
        guard let existing = operation.existing else { return answerAlone }
        let keeps = ["service.heartbeat", "service.deregister", "service.drain"]
        var becoming: Answer?
        if !keeps.contains(operation.action.name) {
            let answer = answerAlone
            if !answer.isAllowed { return answer }
            becoming = answer
        }
        var other = self
        other.operation = Operation(action: operation.action, resource: existing.resource)
        var there = other.answerAlone
        there.isOfExisting = !there.isAllowed
        return there.isAllowed ? becoming ?? there : there
    }

    private var answerAlone: Answer {
        if principal.kind == .anonymous || principal.authentication == .none {
            let isOpen =
                principal.kind == .anonymous && Self.open.contains(operation.action.name)
                && roles.contains { holds($0, operation.action.name) }
            guard isOpen else {
                return Answer(isAllowed: false, gate: "authn", reasons: ["not authenticated"])
            }
        }
        guard roles.contains(where: { holds($0, operation.action.name) }) || maySignOn else {
            return Answer(isAllowed: false, gate: "rbac", reasons: ["no role allows it"])
        }
        if let refusal = credentialRefusal {
            return Answer(isAllowed: false, gate: "rbac", reasons: [refusal])
        }
        if let denied = denial(isIntention: false) { return denied }
        guard isOnService else { return Answer(isAllowed: true, gate: "rbac") }
        guard judged.kind == .service else { return allowance(isIntention: false) }
        if let denied = denial(isIntention: true) { return denied }
        if let own = judged.service, own.trustDomain == "maxine.local",
            own.service == operation.resource.service,
            own.namespace == operation.resource.namespace
        {
            return Answer(isAllowed: true, gate: "acl")
        }
        return allowance(isIntention: true)
    }

    /// Where anybody may sign on, so may users and operators that a credential shows.
    private var maySignOn: Bool {
        guard operation.action.name == "session.create",
            principal.kind == .user || principal.kind == .operator
        else { return false }
        return Self.roles(of: .anonymous, policy).contains { holds($0, "session.create") }
    }

    /// A key's actions are those of its scopes' roles that its owner holds at that moment; only a session or a certificate makes keys.
    private var credentialRefusal: String? {
        let isMade = ["key.create", "key.rotate"].contains(operation.action.name)
        if isMade, principal.kind == .key || principal.authentication == .jwt {
            return "only a session or a certificate makes API keys"
        }
        guard principal.kind == .key else { return nil }
        if let owner = principal.owner?.principal, owner.kind != .key, owner.kind != .anonymous,
            judgedRoles.contains(where: { holds($0, operation.action.name) })
        {
            return nil
        }
        return "no role of the key's owner allows it"
    }

    private var isOnService: Bool {
        let name = operation.action.name
        return name.hasPrefix("service.") || name.hasPrefix("dependency.")
            || name == "identity.issue" || name == "identity.renew"
    }

    private func denial(isIntention: Bool) -> Answer? {
        let gate = isIntention ? "intention" : "acl"
        let denies = policy.rules.filter { $0.isDeny && $0.isIntention == isIntention }
        if let rule = denies.first(where: { applies($0) == .yes }) {
            return Answer(
                isAllowed: false, gate: gate, rules: [rule.id], reasons: ["deny rule \(rule.id)"])
        }
        for rule in denies {
            guard case .unknown(let what) = applies(rule) else { continue }
            return Answer(
                isAllowed: false, gate: gate, rules: [rule.id], reasons: ["unknown(\(what))"])
        }
        return nil
    }

    private func allowance(isIntention: Bool) -> Answer {
        let gate = isIntention ? "intention" : "acl"
        let allows = policy.rules.filter { !$0.isDeny && $0.isIntention == isIntention }
        let matching = allows.filter { applies($0) == .yes }
        if !matching.isEmpty {
            return Answer(isAllowed: true, gate: gate, rules: Set(matching.map(\.id)))
        }
        var reasons: Set<String> = []
        for rule in allows {
            if case .unknown(let what) = applies(rule) { reasons.insert("unknown(\(what))") }
        }
        return Answer(
            isAllowed: false, gate: gate, reasons: reasons.isEmpty ? ["no rule allows it"] : reasons
        )
    }
}

extension NaiveEvaluator {
    private func holds(_ role: String, _ action: String) -> Bool {
        if let own = policy.roles.first(where: { $0.name == role }) {
            return own.actions.contains { Self.glob($0, action) }
        }
        return Self.builtIn[role]?.contains(action) ?? false
    }

    private static func isBound(
        _ subject: (kind: String, value: String), _ principal: Principal
    ) -> Bool {
        switch subject.kind {
        case "spiffe":
            guard let id = principal.spiffeID?.description else { return false }
            let wanted = subject.value.split(separator: "/", omittingEmptySubsequences: false)
            let given = id.split(separator: "/", omittingEmptySubsequences: false)
            return wanted.count == given.count
                && zip(wanted, given).allSatisfy { Self.glob(String($0), String($1)) }
        case "anonymous": return principal.kind == .anonymous
        case "user": return isUser(principal, subject.value, isDeny: false)
        case "group": return isInGroup(principal, subject.value, isDeny: false)
        case "oidc":
            let parts = subject.value.split(separator: "|").map(String.init)
            return principal.oidcClaims.contains {
                [$0.issuer, $0.claim, $0.value] == parts
            }
        case "ldap_group": return principal.ldapGroups.contains(subject.value)
        case "saml_group": return principal.samlGroups.contains(subject.value)
        case "api_key_scope":
            return principal.kind == .key && principal.apiKeyScopes.contains(subject.value)
        default: return false
        }
    }

    /// A user belongs to a provider, whose name may be left out while it is the only one; a deny catches all of that name.
    private static func isUser(_ principal: Principal, _ named: String, isDeny: Bool) -> Bool {
        guard principal.kind == .user else { return false }
        if principal.id == named { return true }
        guard let membership = principal.membership, !membership.provider.isEmpty else {
            return false
        }
        return principal.id == membership.provider + "/" + named
            && (isDeny || membership.isOnlyProvider && !named.contains("/"))
    }

    private static func isInGroup(_ principal: Principal, _ named: String, isDeny: Bool) -> Bool {
        if principal.ldapGroups.contains(named) || principal.samlGroups.contains(named) {
            return true
        }
        guard let membership = principal.membership else {
            return principal.oidcClaims.contains { $0.claim == "groups" && $0.value == named }
        }
        return membership.groups.contains { group in
            if !membership.provider.isEmpty, named == membership.provider + "/" + group {
                return true
            }
            return named == group && (isDeny || membership.isOnlyProvider && !named.contains("/"))
        }
    }

    private func applies(_ rule: NaivePolicy.Rule) -> Truth {
        guard speaksOfPrincipal(rule), speaksOfAction(rule), speaksOfService(rule) else {
            return .no
        }
        var result = Truth.yes
        if rule.tagsAny != nil || rule.tagsAll != nil {
            switch tags(rule) {
            case .no: return .no
            case .unknown(let what): result = .unknown(what)
            case .yes: break
            }
        }
        if let blocks = rule.sourceIP {
            guard let address = context.sourceIP else {
                return result == .yes ? .unknown("source_ip") : result
            }
            guard blocks.contains(where: { lies(address, in: $0) }) else { return .no }
        }
        return result
    }

    private func tags(_ rule: NaivePolicy.Rule) -> Truth {
        guard let tags = operation.resource.tags else {
            return isOnService || operation.resource.service != nil ? .unknown("tags") : .no
        }
        let any =
            rule.tagsAny?.contains { wanted in tags.contains { Self.glob(wanted, $0) } } ?? true
        let all =
            rule.tagsAll?.allSatisfy { wanted in tags.contains { Self.glob(wanted, $0) } } ?? true
        return any && all ? .yes : .no
    }

    private func speaksOfPrincipal(_ rule: NaivePolicy.Rule) -> Bool {
        if rule.except.contains(where: { matches($0, isDeny: false) }) { return false }
        guard rule.isIntention else {
            guard let subjects = rule.subjects else { return true }
            return subjects.contains { matches($0, isDeny: rule.isDeny) }
        }
        return rule.from.contains {
            isService($0.service, $0.namespace ?? "default", isDeny: rule.isDeny)
        }
    }

    private func matches(_ term: String, isDeny: Bool) -> Bool {
        let parts = term.split(separator: ":", maxSplits: 1).map(String.init)
        switch parts[0] {
        case "role":
            return judgedRoles.contains(parts[1])
                || isDeny && principal.kind == .key && roles.contains(parts[1])
        case "service":
            let path = parts[1].split(separator: "/").map(String.init)
            return path.count == 1
                ? isService(path[0], "default", isDeny: isDeny)
                : isService(path[1], path[0], isDeny: isDeny)
        case "user": return Self.isUser(judged, parts[1], isDeny: isDeny)
        case "key": return principal.kind == .key && principal.id == parts[1]
        default: return Self.isInGroup(judged, parts[1], isDeny: isDeny)
        }
    }

    private func isService(_ pattern: String, _ namespace: String, isDeny: Bool) -> Bool {
        guard judged.kind == .service else { return false }
        guard let service = judged.service else { return isDeny }
        if !isDeny, service.trustDomain != "maxine.local" { return false }
        return Self.glob(pattern, service.service) && Self.glob(namespace, service.namespace)
    }

    private func speaksOfAction(_ rule: NaivePolicy.Rule) -> Bool {
        let name = operation.action.name
        guard rule.isIntention else { return rule.what?.contains { Self.glob($0, name) } ?? true }
        guard let words = rule.what else { return isOnService }
        guard name.hasPrefix("service.") || name.hasPrefix("dependency.") else { return false }
        return words.contains(String(name.split(separator: ".")[1]))
    }

    /// Without a name, an action on services is on all of them: each deny is in reach, and only `*` allows.
    private func speaksOfService(_ rule: NaivePolicy.Rule) -> Bool {
        let targets: [(service: String, namespaces: [String])]
        if rule.isIntention {
            targets = rule.to.map { ($0.service, [$0.namespace ?? "default"]) }
        } else if rule.hasResources {
            targets = (rule.services ?? ["*"]).map { ($0, rule.namespaces ?? ["default"]) }
        } else {
            targets = [("*", ["*"])]
        }
        return targets.contains { target in
            guard target.namespaces.contains(where: { isInReach($0, rule) }) else { return false }
            if let service = operation.resource.service, service != "*" {
                return Self.glob(target.service, service)
            }
            return target.service == "*" || (rule.isDeny && isOnService)
        }
    }

    /// An action on all namespaces is in reach of a deny of any, and only `*` allows it.
    private func isInReach(_ namespace: String, _ rule: NaivePolicy.Rule) -> Bool {
        if operation.resource.namespace == "*" { return rule.isDeny || namespace == "*" }
        return Self.glob(namespace, operation.resource.namespace)
    }

    private static func glob(_ pattern: String, _ name: String) -> Bool {
        let wanted = Array(pattern.utf8)
        guard wanted.last == UInt8(ascii: "*") else { return pattern == name }
        return Array(name.utf8).starts(with: wanted.dropLast())
    }

    private func lies(_ address: IPAddress, in block: String) -> Bool {
        // The blocks in use fix whole bytes, so that the text alone decides.
        let parts = block.split(separator: "/").map(String.init)
        let bytes = parts.count == 1 ? 4 : (Int(parts[1]) ?? 0) / 8
        let wanted = parts[0].split(separator: ".").prefix(bytes)
        return address.description.split(separator: ".").prefix(bytes).elementsEqual(wanted)
    }
}
