import Testing

@testable import Policy

/// Where no namespace is named, in a rule, a subject or a request, it is `default`; `*` is all.
@Suite struct NamespaceTests {
    @Test func anIntentionThatNamesNoneIsForDefault() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + """
                intentions:
                  - { id: i, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }
                """)
        let here = try PolicyFixture.service("web")
        let there = try PolicyFixture.service("web", namespace: "prod")
        let refused = "deny intention - no rule allows it"
        #expect(policy.answer(here, .serviceDiscover, "api") == "allow intention i")
        #expect(policy.answer(here, .serviceDiscover, "api", namespace: "prod") == refused)
        #expect(policy.answer(there, .serviceDiscover, "api") == refused)
        #expect(policy.answer(there, .serviceDiscover, "api", namespace: "prod") == refused)
    }

    @Test func resourcesThatNameNoneAreThoseOfDefault() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + """
                acl:
                  - { id: one, effect: allow, subjects: [role:operator], actions: [service.read], resources: { services: [api] } }
                  - { id: all, effect: allow, subjects: [role:operator], actions: [service.read], resources: { services: [web], namespaces: ["*"] } }
                """)
        let alice = PolicyFixture.user("alice")
        #expect(policy.answer(alice, .serviceRead, "api") == "allow acl one")
        #expect(
            policy.answer(alice, .serviceRead, "api", namespace: "prod")
                == "deny acl - no rule allows it")
        #expect(policy.answer(alice, .serviceRead, "web", namespace: "prod") == "allow acl all")
    }

    @Test(arguments: [
        ("service:prod/web", ["prod/web"]), ("service:*/web", ["prod/web", "default/web"]),
        ("service:default/web", ["default/web"]), ("service:pr*/*", ["prod/web", "prod/api"]),
    ])
    func aServiceAsASubjectNamesItsNamespace(subject: String, caught: [String]) throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings
                + "acl: [{ id: d, effect: deny, subjects: [\"\(subject)\"] }]\n")
        for name in ["default/web", "default/api", "prod/web", "prod/api"] {
            let parts = name.split(separator: "/").map(String.init)
            let service = try PolicyFixture.service(parts[1], namespace: parts[0])
            let answer = policy.answer(
                service, .serviceRegister, parts[1], namespace: parts[0])
            let isCaught = answer == "deny acl d deny rule d"
            #expect(isCaught == caught.contains(name), "\(name): \(answer)")
        }
    }

    @Test(arguments: [
        ("service:backup", ["default"]), ("service:prod/backup", ["prod"]),
        ("service:*/backup", ["default", "prod"]),
    ])
    func anExceptionNamesItsNamespaceToo(exception: String, spared: [String]) throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings
                + "acl: [{ id: d, effect: deny, except: [\"\(exception)\"] }]\n")
        for namespace in ["default", "prod"] {
            let backup = try PolicyFixture.service("backup", namespace: namespace)
            let answer = policy.answer(backup, .serviceRegister, "backup", namespace: namespace)
            #expect((answer == "allow acl -") == spared.contains(namespace), "\(answer)")
        }
    }

    @Test func anActionOnAllNamespacesMeetsEachDenyAndNeedsAnAllowOfAll() throws {
        let policy = try PolicyFixture.load(
            PolicyFixture.bindings + """
                acl:
                  - { id: all, effect: allow, subjects: [role:admin], actions: [service.*], resources: { services: ["*"], namespaces: ["*"] } }
                  - { id: some, effect: allow, subjects: [role:operator], actions: [service.*], resources: { services: ["*"], namespaces: [default, prod, "p*"] } }
                  - { id: hidden, effect: deny, actions: [service.read], resources: { services: ["*"], namespaces: [prod] } }
                """)
        let root = PolicyFixture.user("root")
        let all = policy.answer(root, .serviceRead, nil, namespace: "*")
        #expect(all == "deny acl hidden deny rule hidden")
        #expect(policy.answer(root, .serviceWatch, nil, namespace: "*") == "allow acl all")
        #expect(
            policy.answer(PolicyFixture.user("alice"), .serviceWatch, nil, namespace: "*")
                == "deny acl - no rule allows it")
    }

    /// A deny that was for all must not come to be for one without anybody's doing.
    @Test(arguments: [
        (
            "acl: [ { id: a, effect: deny, resources: { services: [db] } } ]",
            "2:42: deny rule 'a' doesn't say in which namespaces its resources are"
                + " (write namespaces: [default], or namespaces: [\"*\"] for all)"
        ),
        (
            "acl: [ { id: a, effect: deny, subjects: [\"service:web*\"] } ]",
            "2:42: deny rule 'a' doesn't say in which namespace 'service:web*' is"
                + " (write \"service:default/web*\", or \"service:*/web*\" for all)"
        ),
        (
            "intentions: [ { id: a, effect: deny, from: [ { service: web } ],"
                + " to: [ { service: db, namespace: default } ] } ]",
            "2:46: deny rule 'a' doesn't say in which namespace 'web' is"
                + " (write { service: \"web\", namespace: default }, or namespace: \"*\" for all)"
        ),
        (
            "intentions: [ { id: a, effect: deny, from: [ { service: w, namespace: \"*\" } ],"
                + " to: [ { service: db } ] } ]",
            "2:86: deny rule 'a' doesn't say in which namespace 'db' is"
                + " (write { service: \"db\", namespace: default }, or namespace: \"*\" for all)"
        ),
    ])
    func aDenyThatNamesNoneDoesNotLoad(line: String, error: String) throws {
        let errors = #expect(throws: PolicyErrors.self) { try PolicyFixture.load(line + "\n") }
        #expect(errors?.description == "p.yaml:" + error)
    }

    @Test(arguments: [
        ("service:a/b/c", "a service's name has only letters, digits, '.', '-' and '_', not 'b/c'"),
        ("service:/web", "a namespace has only letters, digits, '.', '-' and '_', not ''"),
        ("service:web/", "a service's name has only letters, digits, '.', '-' and '_', not ''"),
        (
            "service:p*d/web",
            "'*' may stand only at the end, not as in 'p*d' (patterns are exact, prefix* and *)"
        ),
    ])
    func aSubjectThatNamesNoServiceDoesNotLoad(subject: String, message: String) throws {
        let errors = #expect(throws: PolicyErrors.self) {
            try PolicyFixture.load("acl: [ { id: a, effect: deny, subjects: [\"\(subject)\"] } ]\n")
        }
        #expect(errors?.description == "p.yaml:2:42: " + message)
    }
}
