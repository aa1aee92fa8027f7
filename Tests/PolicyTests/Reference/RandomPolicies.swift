import Support
@testable import Policy

/// Makes small policies and requests out of few names, so that they meet often.
struct RandomPolicies {
    var numbers: SeededGenerator

    private let names = ["web", "web-1", "we", "api", "api-v2", "db"]
    private let patterns = ["web", "web*", "we*", "api", "api*", "db", "d*", "*"]
    private let namespaces = ["default", "prod", "prod-eu"]
    private let namespacePatterns = ["default", "prod", "prod*", "*"]
    private let tags = ["tier1", "tier2", "blue"]
    private let tagPatterns = ["tier1", "tier*", "blue", "*"]
    private let actions = [
        "service.*", "service.read", "service.discover", "service.register", "dependency.*",
        "dependency.write", "identity.issue", "identity.*", "key.create", "key.*", "ca.rotate", "*",
    ]
    private let words = ["discover", "read", "watch", "call", "register", "write"]
    private let blocks = ["10.0.0.0/8", "10.1.0.0/16", "192.0.2.7", "0.0.0.0/0"]
    private let roles = [
        "admin", "operator", "viewer", "auditor", "service", "deployer", "reader",
    ]

    mutating func policy() -> NaivePolicy {
        var policy = NaivePolicy()
        policy.roles = [
            .init(name: "deployer", actions: some(of: actions, 1...3)),
            .init(name: "reader", actions: ["service.read", "service.d*"]),
        ]
        if chance(3) {
            policy.roles.append(
                .init(name: "viewer", actions: some(of: ["service.read", "service.watch"], 1...2)))
        }
        if chance(2) {
            let actions = some(of: NaiveEvaluator.open, 1...2)
            policy.roles.append(.init(name: "public", actions: actions))
            policy.bindings.append(.init(role: "public", subjects: [("anonymous", "")]))
        }
        policy.bindings += (0...Int.random(in: 0...4, using: &numbers)).map { _ in binding() }
        policy.bindings.append(
            .init(role: "service", subjects: [("spiffe", "spiffe://maxine.local/ns/*/dc/*/svc/*")]))
        for number in 0..<Int.random(in: 0...10, using: &numbers) {
            policy.rules.append(aclEntry("acl-\(number)"))
        }
        for number in 0..<Int.random(in: 0...10, using: &numbers) {
            policy.rules.append(intention("int-\(number)"))
        }
        // Few requests meet an intention by chance; one that speaks of many makes that a way often gone.
        if chance(2) { policy.rules.append(wideIntention()) }
        return policy
    }

    private mutating func binding() -> NaivePolicy.Binding {
        let subjects: [(kind: String, value: String)] = [
            ("user", "alice"), ("user", "bob"), ("user", "corp/alice"), ("user", "idp/bob"),
            ("group", "ops"), ("group", "corp/ops"), ("group", "idp/dev"),
            ("oidc", "https://idp|groups|ops"), ("oidc", "https://corp|/realm/roles|dev"),
            ("ldap_group", "ops"), ("saml_group", "staff"),
            ("api_key_scope", "deploy"), ("spiffe", "spiffe://other.example/ns/*/dc/*/svc/*"),
            ("spiffe", "spiffe://maxine.local/ns/*/dc/*/svc/we*"),
            ("spiffe", "spiffe://maxine.local/operator/*"), ("spiffe", "spiffe://maxine.local/odd"),
        ]
        return .init(role: one(of: roles), subjects: some(of: subjects, 1...3))
    }

    /// Subjects; a deny names the namespaces of its services.
    private mutating func subjects(mustName: Bool = false) -> [String] {
        var services = patterns.map { "service:\(one(of: namespacePatterns))/\($0)" }
        if !mustName { services += patterns.map { "service:\($0)" } }
        let terms =
            roles.map { "role:\($0)" } + services + [
                "user:alice", "user:bob", "user:corp/alice", "user:idp/alice", "key:k1",
                "group:ops", "group:staff", "group:corp/ops", "group:idp/ops",
            ]
        return some(of: terms, 1...3)
    }

    private mutating func aclEntry(_ id: String) -> NaivePolicy.Rule {
        var rule = NaivePolicy.Rule(id: id, isIntention: false, isDeny: chance(3))
        if !rule.isDeny || chance(2) { rule.subjects = subjects(mustName: rule.isDeny) }
        if !rule.isDeny || !chance(3) { rule.what = some(of: actions, 1...3) }
        if !rule.isDeny || !chance(3) {
            rule.hasResources = true
            if !chance(4) { rule.services = some(of: patterns, 1...3) }
            if rule.isDeny || chance(2) { rule.namespaces = some(of: namespacePatterns, 1...2) }
            if chance(4) { rule.tagsAny = some(of: tagPatterns, 1...2) }
            if chance(6) { rule.tagsAll = some(of: tagPatterns, 1...2) }
            if rule.services == nil, rule.namespaces == nil { rule.services = ["*"] }
        }
        if chance(4) { rule.sourceIP = some(of: blocks, 1...2) }
        if rule.isDeny, chance(2) { rule.except = subjects() }
        return rule
    }

    private mutating func intention(_ id: String) -> NaivePolicy.Rule {
        var rule = NaivePolicy.Rule(id: id, isIntention: true, isDeny: chance(4))
        rule.from = targets(mustName: rule.isDeny)
        rule.to = targets(mustName: rule.isDeny)
        if !rule.isDeny || chance(2) { rule.what = some(of: words, 1...3) }
        if rule.isDeny, chance(2) { rule.except = subjects() }
        return rule
    }

    private mutating func wideIntention() -> NaivePolicy.Rule {
        var rule = NaivePolicy.Rule(id: "int-wide", isIntention: true, isDeny: false)
        rule.from = [(one(of: ["*", "we*"]), "*")]
        rule.to = [(one(of: ["*", "api*"]), one(of: ["*", "prod*"]))]
        rule.what = words
        return rule
    }

    private mutating func targets(mustName: Bool) -> [(service: String, namespace: String?)] {
        (0...Int.random(in: 0...1, using: &numbers)).map { _ in
            (one(of: patterns), mustName || chance(2) ? one(of: namespacePatterns) : nil)
        }
    }
}

extension RandomPolicies {
    mutating func principal() -> Principal {
        switch Int.random(in: 0..<18, using: &numbers) {
        case 0..<6: return workload()
        case 6, 7:
            var user = Principal(
                kind: .user, id: one(of: ["alice", "bob", "carol"]), authentication: .session)
            if chance(2) { user = vouchedFor(user) }
            if chance(3) { user.ldapGroups = some(of: ["ops", "dev"], 1...2) }
            if chance(3) { user.samlGroups = ["staff"] }
            if chance(2) { user.oidcClaims = claims() }
            if chance(2) { user.directRoles = some(of: roles, 1...2) }
            if chance(4) { user.authentication = .jwt }
            return user
        case 8...11:
            var key = Principal(
                kind: .key, id: one(of: ["k1", "k2"]), authentication: .apiKey)
            key.apiKeyScopes = some(of: ["deploy", "read"], 1...2)
            if !chance(3) { key.directRoles = [one(of: ["admin", "service"] + roles)] }
            if !chance(10) { key.owner = KeyOwner(owner()) }
            return key
        case 12:
            let id = try? SPIFFEID(parsing: "spiffe://maxine.local/operator/ann")
            return Principal(kind: .operator, id: "ann", authentication: .mtls, spiffeID: id)
        default: return nobody()
        }
    }

    /// The same name at a provider, one of several or the only one; names may look like another provider's.
    private mutating func vouchedFor(_ user: Principal) -> Principal {
        var vouched = user
        let provider = one(of: ["corp", "idp"])
        vouched.id = provider + "/" + (chance(6) ? "corp/alice" : user.id)
        vouched.authentication = .jwt
        vouched.membership = Membership(
            provider: provider, isOnlyProvider: chance(2),
            groups: some(of: ["ops", "dev", "corp/ops"], 0...2))
        return vouched
    }

    private mutating func claims() -> [OIDCClaim] {
        let issuers = ["https://idp", "https://corp"]
        return [
            OIDCClaim(
                issuer: one(of: issuers), claim: one(of: ["groups", "/realm/roles"]),
                value: one(of: ["ops", "dev"]))
        ]
    }

    /// Somebody who has made a key; now and then nobody, or a key, who can't have.
    private mutating func owner() -> Principal {
        if chance(12) { return nobody() }
        if chance(12) { return Principal(kind: .key, id: "k1", authentication: .apiKey) }
        if chance(2) { return workload() }
        var user = Principal(
            kind: .user, id: one(of: ["alice", "bob"]), authentication: .session)
        if chance(2) { user.ldapGroups = ["ops"] }
        if !chance(3) { user.directRoles = some(of: roles, 1...2) }
        return user
    }

    /// Nobody known, or a principal that proved nothing; neither gets more by holding a role.
    private mutating func nobody() -> Principal {
        var nobody = Principal.anonymous
        if chance(4) { nobody.kind = .user }
        if chance(3) { nobody.directRoles = [one(of: roles)] }
        return nobody
    }

    private mutating func workload() -> Principal {
        let domain = chance(6) ? "other.example" : "maxine.local"
        let path = "ns/\(one(of: namespaces))/dc/dc1/svc/\(one(of: names))"
        let text = chance(12) ? "spiffe://maxine.local/odd" : "spiffe://\(domain)/\(path)"
        let id = try? SPIFFEID(parsing: text)
        var workload = Principal(
            kind: .service, id: text, authentication: .mtls, spiffeID: id,
            service: id.flatMap { IdentityTemplate.consul.serviceIdentity(of: $0) })
        if chance(4) { workload.directRoles = [one(of: roles)] }
        return workload
    }

    mutating func operation() -> Policy.Operation {
        var operation = Operation(action: action(), resource: resource())
        guard chance(3) else { return operation }
        // Mostly of the same name; policy itself does not ask for that.
        var existing = chance(4) ? resource() : operation.resource
        existing.tags = some(of: tags, 0...2)
        operation.existing = ExistingResource(existing, revision: 1)
        return operation
    }

    private mutating func action() -> Action {
        let common: [Action] = [
            .serviceDiscover, .serviceRead, .serviceRegister, .serviceDeregister, .serviceHeartbeat,
            .dependencyWrite, .identityIssue, .sessionCreate,
        ]
        return chance(3) ? one(of: Action.allCases) : one(of: common)
    }

    private mutating func resource() -> Resource {
        var resource = Resource(namespace: one(of: namespaces))
        if !chance(6) { resource.service = one(of: names) }
        if chance(20) { resource.service = "*" }
        if chance(12) { resource.namespace = "*" }
        switch Int.random(in: 0..<3, using: &numbers) {
        case 0: resource.tags = []
        case 1: resource.tags = some(of: tags, 1...2)
        default: break
        }
        return resource
    }

    mutating func context() -> Context {
        let addresses = ["10.1.2.3", "10.200.0.1", "192.0.2.7", "203.0.113.9"]
        let address = chance(4) ? nil : IPAddress(parsing: one(of: addresses))
        return Context(nowNanoseconds: 0, sourceIP: address)
    }

    private mutating func chance(_ oneIn: Int) -> Bool {
        Int.random(in: 0..<oneIn, using: &numbers) == 0
    }

    private mutating func one<Value>(of values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &numbers)]
    }

    private mutating func some<Value>(of values: [Value], _ count: ClosedRange<Int>) -> [Value] {
        let count = Int.random(in: count, using: &numbers)
        return (0..<count).map { _ in one(of: values) }
    }
}
