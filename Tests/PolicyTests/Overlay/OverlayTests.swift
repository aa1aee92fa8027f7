import Testing
import Text

@testable import Policy

/// What locks and given roles make of a policy.
@Suite struct OverlayTests {
    private static let policy = """
        roles: { contractor: { actions: [service.read] }, warden: { actions: ["lock.*"] } }
        bindings:
          - { role: admin, subjects: [{ user: idp/root }, { spiffe: "spiffe://maxine.local/operator/*" }] }
          - { role: service, subjects: [{ spiffe: "spiffe://maxine.local/ns/*/dc/*/svc/*" }] }
          - { role: viewer, subjects: [{ user: idp/alice }, { group: idp/ops }, { api_key_scope: look }] }
          - { role: contractor, subjects: [{ user: idp/alice }] }
          - { role: warden, subjects: [{ user: idp/warden }] }
        acl:
          - { id: look, effect: allow, subjects: [role:admin, role:viewer, role:contractor], actions: ["service.*"], resources: { services: ["*"] } }
          - { id: not-for-contractors, effect: deny, subjects: [role:contractor], actions: [service.read], resources: { services: [secret], namespaces: [default] } }
          - { id: but-viewers, effect: deny, actions: [system.read], except: [role:viewer] }

        """

    private static func user(_ name: String, of provider: String = "idp") -> Principal {
        var user = Principal(kind: .user, id: "\(provider)/\(name)", authentication: .session)
        user.membership = Membership(provider: provider, isOnlyProvider: false)
        return user
    }

    private static func key(of owner: Principal) -> Principal {
        var key = Principal(kind: .key, id: "0aB1cD2e", authentication: .apiKey)
        key.apiKeyScopes = ["look"]
        key.owner = KeyOwner(owner)
        return key
    }

    private static func locking(_ kind: String, _ name: String) throws -> PolicyOverlay {
        let target = try #require(LockTarget(kind: kind, name: name), "\(kind) \(name)")
        return PolicyOverlay(locks: [("l-1", target)])
    }

    private func answer(
        _ principal: Principal, _ action: Action, _ service: String? = nil, _ overlay: PolicyOverlay
    ) throws -> String {
        let policy = try PolicyFixture.load(Self.policy)
        let decision = policy.decide(
            policy.subject(for: principal, under: overlay),
            Operation(action: action, resource: Resource(service: service)),
            Context(nowNanoseconds: 0))
        switch decision {
        case .allow: return "allow"
        case .deny(let refusal):
            return "\(refusal.gate.rawValue) \(refusal.isOfALock) \(refusal.rule ?? refusal.reason)"
        }
    }

    @Test(arguments: [
        "idp/alice", "alice", "IDP/ALICE", "Alice", "idp/al\u{200B}ice", "ｉｄｐ/ａｌｉｃｅ", " alice ",
    ])
    func noSpellingOfAUserDodgesALock(name: String) throws {
        let overlay = try Self.locking("user", name)
        for spelling in ["alice", "Alice", "ALICE", "al\u{AD}ice", "ａlice"] {
            #expect(
                try answer(Self.user(spelling), .serviceRead, "api", overlay)
                    == "authn true locked", "\(spelling)")
        }
        #expect(
            try answer(Self.key(of: Self.user("alice")), .serviceRead, "api", overlay)
                == "authn true locked", "nor do her keys")
        for other in ["alicia", "аlice", "bob"] {
            #expect(overlay.lock(on: Self.user(other)) == nil)
        }
        let isOfAll = !name.contains("/")
        #expect((overlay.lock(on: Self.user("alice", of: "ci")) != nil) == isOfAll)
    }

    @Test func aLockHoldsForAnybodyOfItsSort() throws {
        let web = try PolicyFixture.service("web")
        #expect(try Self.locking("service", "web").lock(on: web) == "l-1")
        #expect(try Self.locking("service", "default/web").lock(on: web) == "l-1")
        #expect(try Self.locking("service", "staging/web").lock(on: web) == nil)
        #expect(try Self.locking("service", "web").lock(on: Self.key(of: web)) == "l-1")
        #expect(try Self.locking("spiffe", web.id).lock(on: web) == "l-1")
        #expect(try Self.locking("key", "0aB1cD2e").lock(on: Self.key(of: web)) == "l-1")
        #expect(try Self.locking("key", "0aB1cD2E").lock(on: Self.key(of: web)) == nil)
        #expect(try Self.locking("issuer", "IdP").lock(on: Self.user("x")) == "l-1")
        #expect(try Self.locking("issuer", "idp").lock(on: Self.user("x", of: "ci")) == nil)
        let foreign = try PolicyFixture.workload("spiffe://other.example/ns/default/dc/d/svc/web")
        var stranger = foreign
        stranger.service = nil
        #expect(try Self.locking("service", "web").lock(on: stranger) == nil)
        for (kind, name) in [
            ("user", ""), ("user", "\u{200B}"), ("nobody", "x"), ("spiffe", "web"),
            ("service", "a/b/c"), ("service", "/web"), ("user", "a\nb"),
        ] {
            #expect(LockTarget(kind: kind, name: name) == nil, "\(kind) \(name)")
        }
    }

    @Test func aLockedRoleGivesNothingAndItsDeniesStay() throws {
        let alice = Self.user("alice")
        let contractor = try Self.locking("role", "contractor")
        #expect(
            try answer(alice, .serviceRead, "api", contractor) == "allow", "she is a viewer, too")
        #expect(
            try answer(alice, .serviceRead, "secret", contractor)
                == "acl false not-for-contractors", "a lock lifts no deny")
        let viewer = try Self.locking("role", "viewer")
        #expect(
            try answer(alice, .serviceDiscover, "api", viewer) == "rbac false no role allows it")
        #expect(
            try answer(alice, .systemRead, nil, viewer) == "rbac false no role allows it")
        #expect(
            try answer(Self.key(of: Self.user("root")), .serviceRead, "api", viewer)
                == "rbac false no role allows it", "a scope's role gives nothing either")
        let admin = try Self.locking("role", "admin")
        #expect(
            try answer(Self.key(of: Self.user("root")), .serviceRead, "api", admin)
                == "rbac false no role of the key's owner allows it")
        #expect(try answer(Self.user("root"), .serviceRead, "api", admin).hasPrefix("rbac"))
    }

    @Test func anOperatorsCertificateCanUndoALockOfItsRole() throws {
        let id = "spiffe://maxine.local/operator/eve"
        let eve = Principal(
            kind: .operator, id: id, authentication: .mtls, spiffeID: try SPIFFEID(parsing: id))
        let admin = try Self.locking("role", "admin")
        #expect(try answer(eve, .lockWrite, nil, admin) == "allow")
        #expect(try answer(eve, .lockRead, nil, admin) == "allow")
        #expect(try answer(eve, .roleAssign, nil, admin) == "rbac false no role allows it")
        #expect(try answer(Self.user("root"), .lockWrite, nil, admin).hasPrefix("rbac"))
        #expect(try answer(eve, .lockWrite, nil, Self.locking("spiffe", id)) == "authn true locked")
    }

    @Test func aSubjectOfAnotherPolicyKeepsItsLock() throws {
        let first = try PolicyFixture.load(Self.policy)
        let second = try PolicyFixture.load(Self.policy)
        let subject = first.subject(
            for: Self.user("alice"), under: try Self.locking("user", "alice"))
        let decision = second.decide(
            subject, Operation(action: .serviceRead, resource: Resource(service: "api")),
            Context(nowNanoseconds: 0))
        let isAllowed = decision.isAllowed
        #expect(!isAllowed)
    }

    @Test func rolesAreGivenToOneExactName() throws {
        let policy = try PolicyFixture.load(Self.policy)
        let overlay = PolicyOverlay(assigned: [ExactText("idp/bob"): ["viewer", "no-such"]])
        #expect(policy.subject(for: Self.user("bob"), under: overlay).roles == ["viewer"])
        for other in [
            Self.user("Bob"), Self.user("bob", of: "ci"), PolicyFixture.user("idp/bob"),
            Self.user("/bob", of: "idp"),
        ] {
            #expect(policy.subject(for: other, under: overlay).roles == [], "\(other.id)")
        }
        let sources = policy.roleSources(of: Self.user("bob"), under: overlay)
        #expect(sources == [RoleSource(role: "viewer", origin: .assigned, lock: nil)])
    }

    @Test func whereRolesComeFromIsWhatTheSubjectHas() throws {
        let policy = try PolicyFixture.load(Self.policy)
        var alice = Self.user("alice")
        alice.membership = Membership(provider: "idp", isOnlyProvider: false, groups: ["ops"])
        alice.directRoles = ["auditor", "unknown"]
        let sources = policy.roleSources(of: alice, under: try Self.locking("role", "contractor"))
        let texts = sources.map { source in
            switch source.origin {
            case .binding(let bound): "\(source.role) \(bound.place) \(bound.subject)"
            case .assigned: "\(source.role) assigned"
            case .token: "\(source.role) token"
            }
        }
        #expect(
            texts == [
                "viewer 2 user: idp/alice", "viewer 2 group: idp/ops",
                "contractor 3 user: idp/alice", "auditor token",
            ])
        #expect(sources.map(\.lock) == [nil, nil, "l-1", nil])
        #expect(Set(sources.map(\.role)) == ["viewer", "contractor", "auditor"])
        #expect(policy.subject(for: alice).roles == ["auditor", "contractor", "viewer"])
    }

    @Test func nobodyGivesMoreThanTheyHave() throws {
        let policy = try PolicyFixture.load(Self.policy)
        let root = policy.subject(for: Self.user("root"))
        let alice = policy.subject(for: Self.user("alice"))
        #expect(policy.giving("auditor", by: root) == .allowed)
        #expect(policy.giving("no-such", by: root) == .unknownRole)
        #expect(policy.giving("viewer", by: alice) == .allowed)
        #expect(policy.giving("auditor", by: alice) == .beyondOwn)
        // All actions of contractor are among those of warden and viewer together, but rules speak of contractors.
        let overlay = PolicyOverlay(assigned: [ExactText("idp/bob"): ["viewer"]])
        let bob = policy.subject(for: Self.user("bob"), under: overlay)
        #expect(policy.giving("contractor", by: bob) == .beyondOwn)
        #expect(policy.giving("viewer", by: bob) == .allowed)
        let key = policy.subject(for: Self.key(of: Self.user("root")))
        #expect(policy.giving("viewer", by: key) == .allowed)
        #expect(policy.giving("admin", by: key) == .beyondOwn)
        #expect(policy.hasAllActions(root) && !policy.hasAllActions(key))
    }

    @Test func whoOneIsNeedsNoRole() throws {
        let policy = try PolicyFixture.load(Self.policy)
        let denied = try PolicyFixture.load(
            Self.policy + "  - { id: hide, effect: deny, actions: [session.read] }\n")
        func answer(_ policy: CompiledPolicy, _ principal: Principal, isOwn: Bool) -> Bool {
            policy.decide(
                policy.subject(for: principal),
                Operation(action: .sessionRead, resource: Resource(isOwn: isOwn)),
                Context(nowNanoseconds: 0)
            ).isAllowed
        }
        #expect(answer(policy, Self.user("nobody"), isOwn: true))
        #expect(!answer(policy, Self.user("nobody"), isOwn: false))
        #expect(!answer(policy, .anonymous, isOwn: true))
        #expect(!answer(denied, Self.user("nobody"), isOwn: true), "a deny wins")
        let write = Operation(action: .keyRevoke, resource: Resource(isOwn: true))
        let isAllowed = policy.decide(
            policy.subject(for: Self.user("nobody")), write, Context(nowNanoseconds: 0)
        ).isAllowed
        #expect(!isAllowed)
    }
}
