import Testing

@testable import Policy

@Suite struct ScopeTests {
    @Test func listingAllServicesNeedsAnAllowOfAll() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + """
                acl:
                  - { id: all, effect: allow, subjects: [role:admin], actions: [service.read], resources: { services: ["*"] } }
                  - { id: some, effect: allow, subjects: [role:operator], actions: [service.read], resources: { services: ["a*", api] } }
                intentions:
                  - { id: web, effect: allow, from: [{ service: web }], to: [{ service: "*" }], permit: [read] }
                """)
        for service in [nil, "*"] {
            #expect(
                policy.answer(PolicyFixture.user("root"), .serviceRead, service) == "allow acl all")
            #expect(
                policy.answer(PolicyFixture.user("alice"), .serviceRead, service)
                    == "deny acl - no rule allows it")
            #expect(
                policy.answer(try PolicyFixture.service("web"), .serviceRead, service)
                    == "allow intention web")
            #expect(
                policy.answer(try PolicyFixture.service("api"), .serviceRead, service)
                    == "deny intention - no rule allows it")
        }
    }

    @Test func aDenyOfOneServiceRefusesListingAll() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + """
                acl:
                  - { id: all, effect: allow, subjects: [role:admin], actions: [service.read], resources: { services: ["*"] } }
                  - { id: hidden, effect: deny, actions: [service.read], resources: { services: [secret], namespaces: [prod] } }
                """)
        let root = PolicyFixture.user("root")
        #expect(
            policy.answer(root, .serviceRead, nil, namespace: "prod")
                == "deny acl hidden deny rule hidden")
        #expect(policy.answer(root, .serviceRead, nil) == "allow acl all")
    }

    @Test func namespacesRestrictWhereTheyAreGiven() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + """
                acl:
                  - { id: prod, effect: allow, subjects: [role:operator], actions: [service.read], resources: { namespaces: ["prod*"] } }
                intentions:
                  - { id: any, effect: allow, from: [{ service: web, namespace: "*" }], to: [{ service: api, namespace: "*" }], permit: [discover] }
                  - { id: one, effect: allow, from: [{ service: web, namespace: prod }], to: [{ service: db, namespace: prod }], permit: [discover] }
                """)
        let alice = PolicyFixture.user("alice")
        #expect(policy.answer(alice, .serviceRead, "x", namespace: "prod-eu") == "allow acl prod")
        #expect(policy.answer(alice, .serviceRead, "x") == "deny acl - no rule allows it")
        let here = try PolicyFixture.service("web", namespace: "prod")
        let there = try PolicyFixture.service("web", namespace: "staging")
        #expect(
            policy.answer(there, .serviceDiscover, "api", namespace: "prod")
                == "allow intention any")
        #expect(
            policy.answer(here, .serviceDiscover, "db", namespace: "prod") == "allow intention one")
        #expect(
            policy.answer(there, .serviceDiscover, "db", namespace: "prod").hasPrefix(
                "deny intention"))
        #expect(policy.answer(here, .serviceDiscover, "db").hasPrefix("deny intention"))
    }

    @Test func aNamesakeOfAnotherTrustDomainGainsNothingAndEscapesNothing() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + """
                  - { role: service, subjects: [{ spiffe: "spiffe://other.example/ns/*/dc/*/svc/*" }] }
                intentions:
                  - { id: a, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }
                  - { id: d, effect: deny, from: [{ service: web, namespace: default }], to: [{ service: db, namespace: default }] }
                """)
        let foreign = try PolicyFixture.workload("spiffe://other.example/ns/default/dc/dc1/svc/web")
        #expect(
            policy.answer(foreign, .serviceRegister, "web") == "deny intention - no rule allows it")
        #expect(
            policy.answer(foreign, .serviceDiscover, "api") == "deny intention - no rule allows it")
        #expect(policy.answer(foreign, .serviceDiscover, "db") == "deny intention d deny rule d")
    }

    @Test func rolesComeFromEachSortOfSubject() throws {
        let policy = try PolicyFixture.load(
            """
            bindings:
              - { role: viewer, subjects: [{ ldap_group: "cn=ops,dc=x" }, { saml_group: ops }] }
              - { role: auditor, subjects: [{ oidc: { issuer: "https://idp", claim: groups, value: audit } }] }
              - { role: operator, subjects: [{ api_key_scope: write }] }
            """)
        var user = PolicyFixture.user("u")
        #expect(policy.subject(for: user).roles == [])
        user.ldapGroups = ["cn=ops,dc=x"]
        #expect(policy.subject(for: user).roles == ["viewer"])
        user.oidcClaims = [OIDCClaim(issuer: "https://idp", claim: "groups", value: "audit")]
        #expect(policy.subject(for: user).roles == ["auditor", "viewer"])
        user.ldapGroups = []
        user.oidcClaims = [OIDCClaim(issuer: "https://evil", claim: "groups", value: "audit")]
        user.apiKeyScopes = ["write"]
        #expect(policy.subject(for: user).roles == [])
        var key = Principal(kind: .key, id: "k", authentication: .apiKey)
        key.apiKeyScopes = ["write"]
        #expect(policy.subject(for: key).roles == ["operator"])
    }

    @Test func groupsOfEveryDirectoryAreGroupsInRules() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings
                + "acl: [{ id: out, effect: deny, subjects: [\"group:gone\"] }]\n")
        for keyPath in [\Principal.ldapGroups, \Principal.samlGroups] {
            var root = PolicyFixture.user("root")
            #expect(policy.answer(root, .systemRead, nil) == "allow rbac -")
            root[keyPath: keyPath] = ["gone"]
            #expect(policy.answer(root, .systemRead, nil) == "deny acl out deny rule out")
        }
        var root = PolicyFixture.user("root")
        root.oidcClaims = [OIDCClaim(issuer: "https://idp", claim: "groups", value: "gone")]
        #expect(policy.answer(root, .systemRead, nil) == "deny acl out deny rule out")
    }

    @Test func aBuiltInRoleMayBeNarrowed() throws {
        let policy = try PolicyFixture.load(
            "roles: { viewer: { actions: [system.read] } }\nbindings: [{ role: viewer, subjects: [{ user: u }] }]\n"
        )
        #expect(policy.answer(PolicyFixture.user("u"), .systemRead, nil) == "allow rbac -")
        #expect(
            policy.answer(PolicyFixture.user("u"), .policyRead, nil)
                == "deny rbac - no role allows it")
    }

    @Test func aSubjectOfAnotherPolicyIsResolvedAgain() throws {
        let open = try PolicyFixture.load(PolicyFixture.bindings)
        let closed = try PolicyFixture.load("")
        let subject = open.subject(for: PolicyFixture.user("root"))
        let operation = Operation(action: .caRotate, resource: Resource())
        let allowed = open.decide(subject, operation, Context(nowNanoseconds: 0)).isAllowed
        let refused = closed.decide(subject, operation, Context(nowNanoseconds: 0)).isAllowed
        #expect(allowed)
        #expect(!refused)
    }

    @Test func decisionsAreNumberedApart() throws {
        let policy = try PolicyFixture.load("")
        let subject = policy.subject(for: .anonymous)
        let operation = Operation(action: .caRotate, resource: Resource())
        var numbers: Set<UInt64> = []
        for _ in 0..<100 {
            guard
                case .deny(let refusal) = policy.decide(
                    subject, operation, Context(nowNanoseconds: 0))
            else { continue }
            numbers.insert(refusal.decisionID)
        }
        #expect(numbers.count == 100)
    }
}
