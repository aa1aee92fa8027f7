extension CompiledPolicy {
    /// The policy in force where no other is configured: `policies/default.yaml`.
    ///
    /// - Throws: `PolicyErrors` when the trust domain's name is not one; the policy itself is tested.
    public static func shippedDefault(
        trustDomain: String = CompiledPolicy.defaultTrustDomain
    ) throws(PolicyErrors) -> CompiledPolicy {
        let source = PolicySource(name: "default.yaml", text: ShippedPolicy.text)
        return try load(files: [source], trustDomain: trustDomain)
    }
}

/// The shipped default policy's text, the same as the file's to the byte.
enum ShippedPolicy {
    static let text = #"""
        # Maxine's default policy, in force where `policy:` in the configuration names no other.
        #
        # Nothing is allowed unless something here allows it, and a deny always wins. Copy this file, add
        # intentions, and check the result with `maxine policy check FILE`.
        #
        # Where no namespace is named, in a rule, a subject or a request, it is `default`; "*" means all.

        maxine_policy: 1
        name: default

        # What may be opened to callers without a credential, and nothing else may: signing on, and reading the
        # trust bundle that other trust domains verify our workloads by.
        roles:
          public: { actions: [session.create, federation.read] }

        # Gate 1: who holds which role. `{trust_domain}` stands for the installation's own trust domain.
        # The roles admin, operator, viewer, auditor and service are built in.
        bindings:
          # Every workload with an identity of this trust domain may do what services do.
          - role: service
            subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }]
          # Operator certificates, such as the one that `maxine init` writes, administer.
          - role: admin
            subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }]
          - role: public
            subjects: [{ anonymous: true }]
          # People and keys get roles here, for example:
          # - role: operator
          #   subjects: [{ ldap_group: "cn=ops,ou=groups,dc=example,dc=org" }, { saml_group: ops }]

        # Gate 2: which services people, keys and operators may touch. A service needs nothing here for
        # its own name; for other services it needs an intention.
        acl:
          - id: admins-touch-all-services
            effect: allow
            subjects: [role:admin]
            actions: [service.*, dependency.*, identity.issue, identity.renew]
            resources: { services: ["*"], namespaces: ["*"] }
          - id: operators-touch-all-services
            effect: allow
            subjects: [role:operator]
            actions: [service.*, dependency.*]
            resources: { services: ["*"], namespaces: ["*"] }
          - id: viewers-see-all-services
            effect: allow
            subjects: [role:viewer]
            actions: [service.read, service.discover, service.watch, dependency.read]
            resources: { services: ["*"], namespaces: ["*"] }

        # Gate 3: which service may find which. There are none, so nobody discovers anybody:
        # intentions:
        #   - id: web-to-api
        #     effect: allow
        #     from: [{ service: web, namespace: default }]
        #     to: [{ service: api, namespace: default }]
        #     permit: [discover]

        tests:
          - name: a service registers under its own name
            as: { service: api }
            do: { action: service.register, service: api }
            expect: { decision: allow, gate: acl, rule: none }
          - name: a service does not register under another name
            as: { service: web }
            do: { action: service.register, service: api }
            expect: { decision: deny, gate: intention, rule: none }
          - name: a namespace is part of the name
            as: { service: api, namespace: staging }
            do: { action: service.register, service: api, namespace: default }
            expect: deny
          - name: a service renews its identity
            as: { service: api }
            do: { action: identity.renew, service: api }
            expect: allow
          - name: nobody discovers anybody without an intention
            as: { service: web }
            do: { action: service.discover, service: api }
            expect: { decision: deny, gate: intention, rule: none }
          - name: an operator certificate reaches every service
            as: { operator: admin }
            do: { action: service.deregister, service: api, namespace: staging }
            expect: { decision: allow, gate: acl, rule: admins-touch-all-services }
          - name: an operator certificate lists all services
            as: { operator: admin }
            do: { action: service.read }
            expect: allow
          - name: an operator certificate rotates authorities
            as: { operator: admin }
            do: { action: ca.rotate }
            expect: { decision: allow, gate: rbac }
          - name: viewers look and don't touch
            as: { user: alice, roles: [viewer] }
            do: { action: service.deregister, service: api }
            expect: { decision: deny, gate: rbac }
          - name: a person without a role may do nothing
            as: { user: alice }
            do: { action: service.read, service: api }
            expect: { decision: deny, gate: rbac }
          - name: a workload of another trust domain may do nothing
            as: { spiffe: "spiffe://elsewhere.example/ns/default/dc/dc1/svc/api" }
            do: { action: service.register, service: api }
            expect: { decision: deny, gate: rbac }
          - name: anybody reads the trust bundle
            as: { anonymous: true }
            do: { action: federation.read }
            expect: { decision: allow, gate: rbac }
          - name: without an identity nothing else goes
            as: { anonymous: true }
            do: { action: system.read }
            expect: { decision: deny, gate: authn }

        """#
}
