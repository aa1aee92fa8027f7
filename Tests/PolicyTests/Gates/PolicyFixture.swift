import Testing

@testable import Policy

/// Loads policies and asks them, for tests.
enum PolicyFixture {
    static func load(_ text: String, trustDomain: String = "maxine.local") throws -> CompiledPolicy
    {
        let source = PolicySource(name: "p.yaml", text: "maxine_policy: 1\n" + text)
        return try CompiledPolicy.load(files: [source], trustDomain: trustDomain)
    }

    /// Roles for every sort of principal that the tests use.
    static let bindings = """
        bindings:
          - { role: service, subjects: [{ spiffe: "spiffe://maxine.local/ns/*/dc/*/svc/*" }] }
          - { role: admin, subjects: [{ user: root }, { spiffe: "spiffe://maxine.local/operator/*" }] }
          - { role: operator, subjects: [{ user: alice }] }

        """

    static func workload(_ text: String) throws -> Principal {
        let id = try SPIFFEID(parsing: text)
        return Principal(
            kind: .service, id: text, authentication: .mtls, spiffeID: id,
            service: IdentityTemplate.consul.serviceIdentity(of: id))
    }

    static func service(_ name: String, namespace: String = "default") throws -> Principal {
        try workload("spiffe://maxine.local/ns/\(namespace)/dc/dc1/svc/\(name)")
    }

    static func user(_ name: String) -> Principal {
        Principal(kind: .user, id: name, authentication: .session)
    }
}

extension CompiledPolicy {
    /// Decides and says how: `allow acl rule`, `deny rbac - no role allows it`.
    func answer(
        _ principal: Principal, _ action: Action, _ service: String?, namespace: String = "default",
        tags: [String]? = nil, ip: String? = nil
    ) -> String {
        let resource = Resource(service: service, namespace: namespace, tags: tags)
        let operation = Operation(action: action, resource: resource)
        let context = Context(
            nowNanoseconds: 0, sourceIP: ip.flatMap { IPAddress(parsing: $0) })
        switch decide(subject(for: principal), operation, context) {
        case .allow(let permit):
            return "allow \(permit.gate.rawValue) \(permit.rule ?? "-")"
        case .deny(let refusal):
            return "deny \(refusal.gate.rawValue) \(refusal.rule ?? "-") \(refusal.reason)"
        }
    }
}
