import Testing

@testable import Policy

@Suite struct GateTests {
    @Test func anEmptyPolicyRefusesEveryActionToEveryone() throws {
        let policy = try PolicyFixture.load("")
        let web = try PolicyFixture.service("web")
        for action in Action.allCases {
            let rbac = "deny rbac - no role allows it"
            #expect(policy.answer(web, action, "web") == rbac)
            #expect(policy.answer(PolicyFixture.user("root"), action, nil) == rbac)
            #expect(policy.answer(.anonymous, action, "web") == "deny authn - not authenticated")
        }
    }

    @Test func aRoleAloneOpensWhatIsOnNoService() throws {
        let policy = try PolicyFixture.load(PolicyFixture.bindings)
        let root = PolicyFixture.user("root")
        #expect(policy.answer(root, .caRotate, nil) == "allow rbac -")
        #expect(policy.answer(root, .serviceRead, "api") == "deny acl - no rule allows it")
        #expect(policy.answer(root, .identityIssue, "api") == "deny acl - no rule allows it")
        #expect(
            policy.answer(PolicyFixture.user("alice"), .caRotate, nil)
                == "deny rbac - no role allows it")
    }

    @Test func whoIsNotAuthenticatedHasNoRoles() throws {
        let policy = try PolicyFixture.load(PolicyFixture.bindings)
        var root = PolicyFixture.user("root")
        root.authentication = .none
        #expect(policy.answer(root, .systemRead, nil) == "deny authn - not authenticated")
    }

    @Test func aServiceOwnsItsNameInItsNamespaceOnly() throws {
        let policy = try PolicyFixture.load(PolicyFixture.bindings)
        let api = try PolicyFixture.service("api")
        #expect(policy.answer(api, .serviceRegister, "api") == "allow acl -")
        #expect(policy.answer(api, .identityIssue, "api") == "allow acl -")
        let refused = "deny intention - no rule allows it"
        #expect(policy.answer(api, .serviceRegister, "api", namespace: "prod") == refused)
        #expect(policy.answer(api, .serviceRegister, "web") == refused)
        #expect(policy.answer(api, .serviceRegister, "Api") == refused)
        #expect(policy.answer(api, .serviceRead, nil) == refused)
    }

    /// U+212A is canonically equal to `K`, which Swift's comparison of strings takes for equality.
    @Test func aNameOfOtherBytesIsAnotherName() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + """
                acl:
                  - { id: k, effect: allow, subjects: ["user:aliceK", role:operator], actions: ["*"], resources: { services: [K, "K*"] } }
                """)
        let service = try PolicyFixture.service("K")
        #expect(policy.answer(service, .serviceRegister, "K") == "allow acl -")
        #expect(
            policy.answer(service, .serviceRegister, "\u{212A}")
                == "deny intention - no rule allows it")
        let alice = PolicyFixture.user("alice")
        #expect(policy.answer(alice, .serviceRead, "K") == "allow acl k")
        #expect(policy.answer(alice, .serviceRead, "\u{212A}") == "deny acl - no rule allows it")
        #expect(policy.answer(alice, .serviceRead, "\u{212A}1") == "deny acl - no rule allows it")
        #expect(
            policy.answer(PolicyFixture.user("alice\u{212A}"), .serviceRead, "K").hasPrefix(
                "deny rbac"))
    }

    @Test func anIntentionAllowsWhatItPermits() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + """
                intentions:
                  - { id: web-to-api, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }
                """)
        let web = try PolicyFixture.service("web")
        #expect(policy.answer(web, .serviceDiscover, "api") == "allow intention web-to-api")
        #expect(policy.answer(web, .serviceRead, "api") == "deny intention - no rule allows it")
        let api = try PolicyFixture.service("api")
        #expect(policy.answer(api, .serviceDiscover, "web") == "deny intention - no rule allows it")
        #expect(
            policy.answer(PolicyFixture.user("root"), .serviceDiscover, "api").hasPrefix("deny acl")
        )
    }

    @Test func noWordPermitsTheIdentityOfAnother() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + """
                intentions:
                  - id: all
                    effect: allow
                    from: [{ service: "*" }]
                    to: [{ service: "*" }]
                    permit: [read, register, heartbeat, deregister, discover, watch, drain, configure, write, call]
                """)
        let web = try PolicyFixture.service("web")
        #expect(policy.answer(web, .serviceRegister, "api") == "allow intention all")
        #expect(policy.answer(web, .identityIssue, "api") == "deny intention - no rule allows it")
        #expect(policy.answer(web, .identityRenew, "api") == "deny intention - no rule allows it")
    }

    @Test func anACLAllowIsNoIntention() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + """
                acl:
                  - { id: open, effect: allow, subjects: ["service:*", role:service], actions: ["*"], resources: { services: ["*"] } }
                """)
        let web = try PolicyFixture.service("web")
        #expect(policy.answer(web, .serviceDiscover, "api") == "deny intention - no rule allows it")
    }

    @Test func theLongestOfManyPrefixesIsNotNeeded() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + """
                acl:
                  - { id: p, effect: allow, subjects: [role:operator], actions: [service.read], resources: { services: ["pay*"] } }
                  - { id: q, effect: deny, actions: [service.read], resources: { services: ["payments-internal*"], namespaces: [default] } }
                """)
        let alice = PolicyFixture.user("alice")
        #expect(policy.answer(alice, .serviceRead, "pay") == "allow acl p")
        #expect(policy.answer(alice, .serviceRead, "payments-int") == "allow acl p")
        #expect(
            policy.answer(alice, .serviceRead, "payments-internal-1") == "deny acl q deny rule q")
        #expect(policy.answer(alice, .serviceRead, "pa") == "deny acl - no rule allows it")
        #expect(policy.answer(alice, .serviceRead, "") == "deny acl - no rule allows it")
        let long = "pay" + String(repeating: "x", count: 10_000)
        #expect(policy.answer(alice, .serviceRead, long) == "allow acl p")
    }
}
