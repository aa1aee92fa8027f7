import Testing

@testable import Policy

@Suite struct DenyTests {
    private static let open = """
        intentions:
          - { id: all, effect: allow, from: [{ service: "*" }], to: [{ service: "*" }], permit: [read, discover, register] }

        """

    @Test func anACLDenyBeatsAdminOwnNameAndIntention() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + Self.open + """
                acl:
                  - { id: admins, effect: allow, subjects: [role:admin], actions: ["*"], resources: { services: ["*"] } }
                  - { id: freeze, effect: deny, resources: { services: ["pay*"], namespaces: [default] } }
                """)
        let refused = "deny acl freeze deny rule freeze"
        #expect(policy.answer(PolicyFixture.user("root"), .serviceRead, "pay-1") == refused)
        #expect(
            policy.answer(try PolicyFixture.service("pay-1"), .serviceRegister, "pay-1") == refused)
        #expect(
            policy.answer(try PolicyFixture.service("web"), .serviceDiscover, "pay-1") == refused)
        #expect(
            policy.answer(PolicyFixture.user("root"), .serviceRead, "api") == "allow acl admins")
        // A rule about services says nothing about what is on none.
        #expect(policy.answer(PolicyFixture.user("root"), .keyCreate, nil) == "allow rbac -")
    }

    @Test func aDenyOfEverythingReachesWhatIsOnNoService() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + "acl: [{ id: lock, effect: deny, except: [\"user:root\"] }]\n")
        let operatorID = try SPIFFEID(parsing: "spiffe://maxine.local/operator/ann")
        let ann = Principal(
            kind: .operator, id: "ann", authentication: .mtls, spiffeID: operatorID)
        #expect(policy.answer(ann, .caRotate, nil) == "deny acl lock deny rule lock")
        #expect(policy.answer(PolicyFixture.user("root"), .caRotate, nil) == "allow rbac -")
    }

    @Test func anIntentionDenyMeetsTheOwnNameButNoPerson() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + Self.open + """
                  - { id: no-db, effect: deny, from: [{ service: "*", namespace: "*" }], to: [{ service: db, namespace: default }], except: ["service:backup"] }
                acl:
                  - { id: admins, effect: allow, subjects: [role:admin], actions: ["*"], resources: { services: ["*"] } }
                """)
        let refused = "deny intention no-db deny rule no-db"
        #expect(policy.answer(try PolicyFixture.service("db"), .serviceRegister, "db") == refused)
        #expect(policy.answer(try PolicyFixture.service("db"), .identityRenew, "db") == refused)
        #expect(policy.answer(try PolicyFixture.service("web"), .serviceDiscover, "db") == refused)
        #expect(
            policy.answer(try PolicyFixture.service("backup"), .serviceDiscover, "db")
                == "allow intention all")
        #expect(policy.answer(PolicyFixture.user("root"), .serviceRead, "db") == "allow acl admins")
    }

    @Test func orderMeansNothing() throws {
        let rules = [
            "  - { id: a, effect: allow, subjects: [role:admin], actions: [\"*\"], resources: { services: [api] } }\n",
            "  - { id: d, effect: deny, actions: [\"*\"], resources: { services: [\"*\"], namespaces: [default] } }\n",
        ]
        for order in [rules, rules.reversed()] {
            let policy = try PolicyFixture.load(
                PolicyFixture.bindings + "acl:\n" + order.joined())
            #expect(
                policy.answer(PolicyFixture.user("root"), .serviceRead, "api")
                    == "deny acl d deny rule d")
        }
    }

    @Test func theFirstOfSeveralDeniesIsNamedWithItsPlace() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + """
                acl:
                  - { id: second, effect: deny, resources: { services: ["*"], namespaces: [default] } }
                  - { id: first, effect: deny, resources: { services: [api], namespaces: [default] } }
                """)
        let operation = Operation(action: .serviceRead, resource: Resource(service: "api"))
        let subject = policy.subject(for: PolicyFixture.user("root"))
        guard
            case .deny(let refusal) = policy.decide(subject, operation, Context(nowNanoseconds: 0))
        else {
            Issue.record("allowed")
            return
        }
        #expect(refusal.rule == "second")
        #expect(refusal.location?.description == "p.yaml:7")
        #expect(refusal.operation.action == operation.action)
        #expect(refusal.operation.resource.service == "api")
    }

    @Test func anUnknownAttributeMakesADenyApplyAndAnAllowNot() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + """
                acl:
                  - { id: office, effect: allow, subjects: [role:operator], actions: [service.read], resources: { services: [api] }, when: { source_ip: [10.0.0.0/8] } }
                  - { id: tier1, effect: allow, subjects: [role:operator], actions: [service.read], resources: { services: [web], tags: [tier1] } }
                  - { id: secret, effect: deny, resources: { services: [db], namespaces: [default], tags: { all: [secret, prod] } } }
                  - { id: dbs, effect: allow, subjects: [role:operator], actions: [service.read], resources: { services: [db] } }
                """)
        let alice = PolicyFixture.user("alice")
        #expect(policy.answer(alice, .serviceRead, "api") == "deny acl - unknown(source_ip)")
        #expect(policy.answer(alice, .serviceRead, "api", ip: "10.2.3.4") == "allow acl office")
        #expect(
            policy.answer(alice, .serviceRead, "api", ip: "11.2.3.4")
                == "deny acl - no rule allows it")
        #expect(policy.answer(alice, .serviceRead, "web") == "deny acl - unknown(tags)")
        #expect(policy.answer(alice, .serviceRead, "web", tags: ["tier1"]) == "allow acl tier1")
        #expect(
            policy.answer(alice, .serviceRead, "web", tags: []) == "deny acl - no rule allows it")
        #expect(policy.answer(alice, .serviceRead, "db") == "deny acl secret unknown(tags)")
        #expect(policy.answer(alice, .serviceRead, "db", tags: ["secret"]) == "allow acl dbs")
        #expect(
            policy.answer(alice, .serviceRead, "db", tags: ["prod", "secret"])
                == "deny acl secret deny rule secret")
    }

    @Test func anExceptionThatIsNotCertainIsNone() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + """
                  - { role: service, subjects: [{ spiffe: "spiffe://other.example/ns/*/dc/*/svc/*" }, { spiffe: "spiffe://maxine.local/odd" }] }
                acl:
                  - { id: d, effect: deny, subjects: ["service:*/*"], except: ["service:web"] }
                """)
        let foreign = try PolicyFixture.workload("spiffe://other.example/ns/default/dc/dc1/svc/web")
        let odd = try PolicyFixture.workload("spiffe://maxine.local/odd")
        #expect(policy.answer(foreign, .serviceRegister, "web") == "deny acl d deny rule d")
        #expect(policy.answer(odd, .serviceRegister, "web") == "deny acl d deny rule d")
        #expect(
            policy.answer(try PolicyFixture.service("web"), .serviceRegister, "web")
                == "allow acl -")
    }
}
