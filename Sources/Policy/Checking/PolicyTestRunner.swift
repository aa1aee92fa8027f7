/// Runs the tests that a policy's files carry.
public struct PolicyTestRunner: Sendable {
    private let template: IdentityTemplate
    private let datacenter: String

    /// Makes a runner.
    ///
    /// - Parameters:
    ///   - template: The form of services' SPIFFE IDs in `as: { service: ... }`.
    ///   - datacenter: The datacenter of services whose test names none.
    public init(template: IdentityTemplate = .consul, datacenter: String = "dc1") {
        self.template = template
        self.datacenter = datacenter
    }

    /// Runs all tests in the order of the files.
    public func run(_ policy: CompiledPolicy) -> [PolicyTestResult] {
        policy.tests.map { run($0, policy) }
    }

    private func run(_ test: TestDeclaration, _ policy: CompiledPolicy) -> PolicyTestResult {
        let outcome: TestOutcome
        if let principal = principal(test.subject, policy) {
            let subject = policy.subject(for: principal)
            outcome = TestOutcome(policy.decide(subject, test.operation, test.context))
        } else {
            outcome = TestOutcome(
                isAllowed: false, gate: .authn, rule: nil,
                reason: "the identity template makes no SPIFFE ID of it")
        }
        return PolicyTestResult(
            name: test.name, file: test.location.file, line: test.location.mark.line,
            column: test.location.mark.column, passed: outcome.meets(test.expectation),
            expected: TestOutcome.text(test.expectation), got: outcome.text)
    }

    private func principal(_ subject: TestSubject, _ policy: CompiledPolicy) -> Principal? {
        guard var principal = attributed(subject, policy) else { return nil }
        guard principal.kind == .key else { return principal }
        if let owner = subject.owner {
            guard let owner = attributed(owner.subject, policy) else { return nil }
            principal.owner = KeyOwner(owner)
        } else {
            principal.owner = Self.owner(of: principal, policy)
        }
        return principal
    }

    /// The owner of a key whose test names none: somebody who holds the roles that the key's scopes have.
    static func owner(of key: Principal, _ policy: CompiledPolicy) -> KeyOwner {
        var owner = Principal(kind: .user, id: "", authentication: .session)
        owner.directRoles = policy.subject(for: key).roles
        return KeyOwner(owner)
    }

    private func attributed(_ subject: TestSubject, _ policy: CompiledPolicy) -> Principal? {
        guard var principal = identity(subject.identity, policy) else { return nil }
        principal.directRoles = subject.roles
        principal.membership = Self.membership(of: principal, subject)
        principal.ldapGroups = subject.ldapGroups
        principal.samlGroups = subject.samlGroups
        principal.oidcClaims = subject.oidcClaims
        principal.apiKeyScopes = subject.apiKeyScopes
        return principal
    }

    /// A user of a provider is written `PROVIDER/NAME`; a name by itself is that of a user of the only provider.
    private static func membership(of principal: Principal, _ subject: TestSubject) -> Membership? {
        guard principal.kind == .user else { return nil }
        let parts = principal.id.split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else {
            // Claims by themselves may still stand for groups.
            if subject.groups.isEmpty { return nil }
            return Membership(provider: "", isOnlyProvider: true, groups: subject.groups)
        }
        return Membership(
            provider: String(parts[0]), isOnlyProvider: false, groups: subject.groups)
    }

    private func identity(
        _ identity: TestSubject.Identity, _ policy: CompiledPolicy
    ) -> Principal? {
        switch identity {
        case .service(let namespace, let datacenter, let name):
            return service(name, in: namespace, datacenter: datacenter, of: policy.trustDomain)
        case .spiffe(let id): return workload(id)
        case .user(let name): return Principal(kind: .user, id: name, authentication: .session)
        case .key(let id): return Principal(kind: .key, id: id, authentication: .apiKey)
        case .operator(let name):
            guard
                let id = try? SPIFFEID(
                    trustDomain: policy.trustDomain, segments: ["operator", name])
            else { return nil }
            return Principal(kind: .operator, id: name, authentication: .mtls, spiffeID: id)
        case .anonymous: return .anonymous
        }
    }

    /// A service of a trust domain, if the template can name it.
    func service(
        _ name: String, in namespace: String, datacenter: String? = nil, of trustDomain: String
    ) -> Principal? {
        let service = ServiceIdentity(
            trustDomain: trustDomain, namespace: namespace,
            datacenter: datacenter ?? self.datacenter, service: name)
        guard let id = try? template.spiffeID(for: service) else { return nil }
        return workload(id)
    }

    /// A workload; an operator's ID makes an operator, as it does on a connection.
    private func workload(_ id: SPIFFEID) -> Principal {
        let segments = id.pathSegments
        if segments.count == 2, segments[0] == "operator" {
            return Principal(
                kind: .operator, id: String(segments[1]), authentication: .mtls, spiffeID: id)
        }
        return Principal(
            kind: .service, id: id.description, authentication: .mtls, spiffeID: id,
            service: template.serviceIdentity(of: id))
    }
}

/// How one embedded test went.
public struct PolicyTestResult: Hashable, Sendable {
    /// The test's name.
    public let name: String
    /// The file that the test stands in.
    public let file: String
    /// The line of the test, from 1.
    public let line: Int
    /// The column of the test, from 1.
    public let column: Int
    /// Whether the policy decided as expected.
    public let passed: Bool
    /// What the test expects, such as `deny, gate rbac`.
    public let expected: String
    /// What the policy decided, such as `allow, gate intention, rule web-to-api`.
    public let got: String
}

/// What a decision came to, kept after the permit is gone.
struct TestOutcome {
    var isAllowed: Bool
    var gate: Gate
    var rule: String?
    var reason: String?
    var judged = JudgedResource.asked

    init(isAllowed: Bool, gate: Gate, rule: String?, reason: String?) {
        self.isAllowed = isAllowed
        self.gate = gate
        self.rule = rule
        self.reason = reason
    }

    init(_ decision: consuming Decision) {
        switch consume decision {
        case .allow(let permit):
            self.init(isAllowed: true, gate: permit.gate, rule: permit.rule, reason: nil)
        case .deny(let refusal):
            self.init(
                isAllowed: false, gate: refusal.gate, rule: refusal.rule, reason: refusal.reason)
            judged = refusal.judged
        }
    }

    func meets(_ expectation: TestExpectation) -> Bool {
        guard isAllowed == expectation.isAllowed else { return false }
        if let gate = expectation.gate, gate != self.gate { return false }
        switch expectation.rule {
        case nil: return true
        case .some(.none): return rule == nil
        case .some(.id(let id)): return rule == id
        }
    }

    var text: String {
        var text = "\(isAllowed ? "allow" : "deny"), gate \(gate.rawValue)"
        if let rule { text += ", rule \(rule)" }
        if judged == .existing { text += ", for what is there" }
        if let reason { text += " (\(reason))" }
        return text
    }

    static func text(_ expectation: TestExpectation) -> String {
        var text = expectation.isAllowed ? "allow" : "deny"
        if let gate = expectation.gate { text += ", gate \(gate.rawValue)" }
        switch expectation.rule {
        case nil: break
        case .some(.none): text += ", no rule"
        case .some(.id(let id)): text += ", rule \(id)"
        }
        return text
    }
}
