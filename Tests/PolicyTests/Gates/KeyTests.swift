import Testing

@testable import Policy

/// An API key may what its scopes' roles hold and its owner holds too; rules judge the owner, and rules that name the key.
@Suite struct KeyTests {
    private static let policy = """
        roles: { keeper: { actions: ["key.*", system.read] } }
        bindings:
          - { role: service, subjects: [{ spiffe: "spiffe://maxine.local/ns/*/dc/*/svc/*" }] }
          - { role: admin, subjects: [{ user: root }] }
          - { role: operator, subjects: [{ user: alice }] }
          - { role: viewer, subjects: [{ user: bob }, { api_key_scope: look }] }
          - { role: operator, subjects: [{ api_key_scope: work }] }
          - { role: service, subjects: [{ api_key_scope: serve }] }
          - { role: keeper, subjects: [{ api_key_scope: keep }] }
        acl:
          - { id: all, effect: allow, subjects: [role:admin, role:operator], actions: ["service.*"], resources: { services: ["*"] } }
          - { id: bobs, effect: allow, subjects: [user:bob], actions: [service.read], resources: { services: [api] } }
          - { id: named, effect: allow, subjects: ["key:named"], actions: [service.read], resources: { services: [db] } }
          - { id: no-keepers, effect: deny, subjects: [role:keeper], actions: [system.read] }
          - { id: not-that-key, effect: deny, subjects: ["key:bad"] }
          - { id: not-alice, effect: deny, subjects: [user:alice], resources: { services: [secret], namespaces: [default] }, except: ["key:let"] }
        intentions:
          - { id: web-to-api, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }

        """

    private static func key(
        _ scopes: [String], id: String = "k", of owner: Principal?
    ) -> Principal {
        var key = Principal(kind: .key, id: id, authentication: .apiKey)
        key.apiKeyScopes = scopes
        key.owner = owner.map(KeyOwner.init)
        return key
    }

    @Test func itsActionsAreThoseOfItsScopesThatItsOwnerHolds() throws {
        let policy = try PolicyFixture.load(Self.policy)
        let root = PolicyFixture.user("root")
        let bob = PolicyFixture.user("bob")
        #expect(policy.answer(Self.key(["look"], of: root), .serviceRead, "x") == "allow acl all")
        #expect(
            policy.answer(Self.key(["look"], of: root), .serviceRegister, "x")
                == "deny rbac - no role allows it")
        #expect(
            policy.answer(Self.key(["work"], of: bob), .serviceRegister, "api")
                == "deny rbac - no role of the key's owner allows it")
        #expect(policy.answer(Self.key(["work"], of: bob), .serviceRead, "api") == "allow acl bobs")
        #expect(
            policy.answer(Self.key([], of: root), .serviceRead, "x")
                == "deny rbac - no role allows it")
    }

    @Test func aKeyOfNobodyOrOfAKeyMayNothing() throws {
        let policy = try PolicyFixture.load(Self.policy)
        let other = Self.key(["work"], id: "o", of: PolicyFixture.user("root"))
        for owner in [nil, other, .anonymous] {
            #expect(
                policy.answer(Self.key(["work"], of: owner), .serviceRead, "x")
                    == "deny rbac - no role of the key's owner allows it")
        }
    }

    @Test func noKeyMakesKeysWhateverItsRoles() throws {
        let policy = try PolicyFixture.load(Self.policy)
        let keeper = Self.key(["keep"], of: PolicyFixture.user("root"))
        for action in [Action.keyCreate, .keyRotate] {
            #expect(
                policy.answer(keeper, action, nil)
                    == "deny rbac - only a session or a certificate makes API keys")
        }
        #expect(policy.answer(keeper, .keyRead, nil) == "allow rbac -")
        #expect(policy.answer(keeper, .keyRevoke, nil) == "allow rbac -")
        var root = PolicyFixture.user("root")
        #expect(policy.answer(root, .keyCreate, nil) == "allow rbac -")
        root.authentication = .jwt
        #expect(
            policy.answer(root, .keyCreate, nil)
                == "deny rbac - only a session or a certificate makes API keys")
        #expect(policy.answer(root, .keyRevoke, nil) == "allow rbac -")
    }

    @Test func rulesJudgeTheOwner() throws {
        let policy = try PolicyFixture.load(Self.policy)
        let alices = Self.key(["work"], of: PolicyFixture.user("alice"))
        #expect(policy.answer(alices, .serviceRegister, "api") == "allow acl all")
        #expect(
            policy.answer(alices, .serviceRegister, "secret")
                == "deny acl not-alice deny rule not-alice")
        // A role that only the key has opens no service to it.
        #expect(
            policy.answer(Self.key(["work"], of: PolicyFixture.user("bob")), .serviceRead, "db")
                == "deny acl - no rule allows it")
    }

    @Test func aServicesKeyIsJudgedByIntentionsAsTheServiceIs() throws {
        let policy = try PolicyFixture.load(Self.policy)
        let webs = Self.key(["serve"], of: try PolicyFixture.service("web"))
        #expect(policy.answer(webs, .serviceRegister, "web") == "allow acl -")
        #expect(policy.answer(webs, .serviceDiscover, "api") == "allow intention web-to-api")
        #expect(
            policy.answer(webs, .serviceDiscover, "db") == "deny intention - no rule allows it")
    }

    @Test func aRuleMayNameTheKeyItself() throws {
        let policy = try PolicyFixture.load(Self.policy)
        let root = PolicyFixture.user("root")
        #expect(
            policy.answer(Self.key(["work"], id: "bad", of: root), .serviceRead, "x")
                == "deny acl not-that-key deny rule not-that-key")
        let bob = PolicyFixture.user("bob")
        #expect(
            policy.answer(Self.key(["look"], id: "named", of: bob), .serviceRead, "db")
                == "allow acl named")
        let alice = PolicyFixture.user("alice")
        #expect(
            policy.answer(Self.key(["work"], id: "let", of: alice), .serviceRead, "secret")
                == "allow acl all")
    }

    /// An allow asks whom the key acts for, a deny catches either.
    @Test func aDenyOfARoleCatchesTheKeyThatHasIt() throws {
        let policy = try PolicyFixture.load(Self.policy)
        let root = PolicyFixture.user("root")
        #expect(policy.answer(root, .systemRead, nil) == "allow rbac -")
        #expect(
            policy.answer(Self.key(["keep"], of: root), .systemRead, nil)
                == "deny acl no-keepers deny rule no-keepers")
    }

    @Test func testsOfAPolicyNameScopesAndOwner() throws {
        let policy = try PolicyFixture.load(
            Self.policy + """
                tests:
                  - { name: within, as: { key: k, scopes: [work], owner: { user: alice } }, do: { action: service.register, service: api }, expect: allow }
                  - { name: above, as: { key: k, scopes: [work], owner: { user: bob } }, do: { action: service.register, service: api }, expect: deny }
                  - { name: service, as: { key: k, scopes: [serve], owner: { service: web } }, do: { action: service.discover, service: api }, expect: allow }
                  - { name: whoever, as: { key: k, scopes: [work] }, do: { action: service.register, service: api }, expect: allow }
                """)
        let failed = PolicyTestRunner().run(policy).filter { !$0.passed }
        #expect(failed.isEmpty, "\(failed)")
    }

    @Test(arguments: [
        ("{ user: u, owner: { user: v } }", "'owner' belongs to a key only"),
        ("{ key: k, owner: { key: j } }", "a key's owner is a service, a user or an operator"),
        (
            "{ key: k, owner: { anonymous: true } }",
            "a key's owner is a service, a user or an operator"
        ),
        (
            "{ key: k, owner: { user: u, ip: 10.0.0.1 } }",
            "'ip' belongs to who asks, not to the owner"
        ),
    ])
    func anOwnerThatCannotBeIsAnError(_ subject: String, _ message: String) {
        let text = """
            tests: [ { name: t, as: \(subject), do: { action: system.read }, expect: deny } ]

            """
        let errors = #expect(throws: PolicyErrors.self) { try PolicyFixture.load(text) }
        #expect(errors?.description.contains(message) == true, "\(errors?.description ?? "")")
    }
}
