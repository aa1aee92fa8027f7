import Testing

@testable import Policy

/// Users and groups belong to a provider; no provider can speak for another's.
@Suite struct ProviderTests {
    private func user(
        _ provider: String, _ name: String, isOnly: Bool = false, groups: [String] = []
    ) -> Principal {
        var user = Principal(kind: .user, id: "\(provider)/\(name)", authentication: .jwt)
        user.membership = Membership(
            provider: provider, isOnlyProvider: isOnly, groups: groups)
        return user
    }

    private func roles(_ subject: String, of principal: Principal) throws -> [String] {
        try PolicyFixture.load("bindings: [{ role: viewer, subjects: [\(subject)] }]\n")
            .subject(for: principal).roles
    }

    @Test(arguments: [
        // The user's own name, with its provider.
        ("{ user: corp/alice }", "corp", "alice", false, true),
        ("{ user: corp/alice }", "corp", "alice", true, true),
        ("{ user: corp/alice }", "evil", "alice", false, false),
        ("{ user: corp/alice }", "evil", "alice", true, false),
        // Without one, while there is no other.
        ("{ user: alice }", "corp", "alice", true, true),
        ("{ user: alice }", "corp", "alice", false, false),
        // A name that looks like another provider's is not.
        ("{ user: corp/alice }", "evil", "corp/alice", true, false),
        ("{ user: corp/alice }", "evil", "corp/alice", false, false),
        ("{ user: evil/corp/alice }", "evil", "corp/alice", true, true),
        ("{ user: corp }", "corp", "alice", true, false),
    ])
    func usersAreBoundByProviderAndName(
        _ binding: String, _ provider: String, _ name: String, _ isOnly: Bool, _ isBound: Bool
    ) throws {
        let roles = try roles(binding, of: user(provider, name, isOnly: isOnly))
        #expect(roles == (isBound ? ["viewer"] : []))
    }

    @Test(arguments: [
        ("{ group: corp/ops }", "corp", "ops", false, true),
        ("{ group: corp/ops }", "evil", "ops", true, false),
        ("{ group: ops }", "corp", "ops", true, true),
        ("{ group: ops }", "corp", "ops", false, false),
        ("{ group: corp/ops }", "evil", "corp/ops", true, false),
    ])
    func groupsAreBoundByProviderAndName(
        _ binding: String, _ provider: String, _ group: String, _ isOnly: Bool, _ isBound: Bool
    ) throws {
        let user = user(provider, "alice", isOnly: isOnly, groups: [group])
        #expect(try roles(binding, of: user) == (isBound ? ["viewer"] : []))
    }

    @Test func aClaimIsNoGroupUnlessItsIssuerMapsIt() throws {
        var user = user("corp", "alice", isOnly: true)
        user.oidcClaims = [OIDCClaim(issuer: "https://idp", claim: "groups", value: "ops")]
        #expect(try roles("{ group: ops }", of: user) == [])
        let claim = "{ oidc: { issuer: \"https://idp\", claim: groups, value: ops } }"
        #expect(try roles(claim, of: user) == ["viewer"])
    }

    @Test func aDenyWithoutAProviderCatchesThoseOfEach() throws {
        let policy = try PolicyFixture.load(
            """
            bindings: [{ role: admin, subjects: [{ user: corp/alice }, { user: idp/alice }] }]
            acl:
              - { id: all, effect: allow, subjects: ["role:admin"], actions: ["*"], resources: { services: ["*"] } }
              - { id: out, effect: deny, subjects: ["user:alice", "group:gone"] }
              - { id: out-but-corp, effect: deny, subjects: ["role:admin"], actions: [ca.rotate], except: ["user:alice"] }
            """)
        for provider in ["corp", "idp"] {
            let answer = policy.answer(user(provider, "alice"), .systemRead, nil)
            #expect(answer == "deny acl out deny rule out")
        }
        let bob = user("corp", "bob", groups: ["gone"])
        #expect(policy.subject(for: bob).roles == [])
    }

    @Test func anExceptionWithoutAProviderIsForTheOnlyOne() throws {
        let policy = try PolicyFixture.load(
            """
            bindings: [{ role: admin, subjects: [{ user: corp/alice }, { user: idp/alice }] }]
            acl:
              - { id: shut, effect: deny, subjects: ["role:admin"], except: ["user:alice"] }
            """)
        #expect(
            policy.answer(user("corp", "alice"), .systemRead, nil)
                == "deny acl shut deny rule shut")
        #expect(
            policy.answer(user("corp", "alice", isOnly: true), .systemRead, nil) == "allow rbac -")
    }

    @Test func embeddedTestsNameProvidersAndGroups() throws {
        let policy = try PolicyFixture.load(
            """
            bindings:
              - { role: viewer, subjects: [{ group: corp/ops }, { group: dev }] }
            tests:
              - { name: a, as: { user: corp/alice, groups: [ops] }, do: { action: system.read }, expect: allow }
              - { name: b, as: { user: idp/alice, groups: [ops] }, do: { action: system.read }, expect: deny }
              - { name: c, as: { user: alice, groups: [dev] }, do: { action: system.read }, expect: allow }
              - { name: d, as: { user: corp/alice, groups: [dev] }, do: { action: system.read }, expect: deny }
            """)
        let results = PolicyTestRunner().run(policy)
        #expect(results.map(\.passed) == [true, true, true, true])
    }
}
