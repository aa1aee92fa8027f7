import Testing

@testable import Policy

/// What hurts users of other systems must not happen here; each test is named after the peer and its footgun.
@Suite struct PeerFootgunTests {
    private func policy(_ rules: String) throws -> CompiledPolicy {
        try PolicyFixture.load(PolicyFixture.bindings + rules)
    }

    @Test func consulSpecificityLetsAnAllowBeatABroaderDeny() throws {
        let policy = try policy(
            """
            acl:
              - { id: exact, effect: allow, subjects: [role:operator], actions: [service.*], resources: { services: [pay-api] } }
              - { id: broad, effect: deny, resources: { services: ["pay*"] } }
            """)
        #expect(
            policy.answer(PolicyFixture.user("alice"), .serviceRead, "pay-api")
                == "deny acl broad deny rule broad")
    }

    @Test func consulPrefixMatchesMoreThanWasMeant() throws {
        let policy = try policy(
            """
            acl:
              - { id: a, effect: allow, subjects: [role:operator], actions: [service.*], resources: { services: [secure-foo] } }
            """)
        let alice = PolicyFixture.user("alice")
        #expect(policy.answer(alice, .serviceRead, "secure-foo") == "allow acl a")
        #expect(
            policy.answer(alice, .serviceRead, "secure-foobar") == "deny acl - no rule allows it")
    }

    @Test func consulOnlyOneIntentionAppliesToAPair() throws {
        let policy = try policy(
            """
            intentions:
              - { id: exact, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }
              - { id: wide, effect: allow, from: [{ service: "w*" }], to: [{ service: "*" }], permit: [read] }
              - { id: never, effect: deny, from: [{ service: "*" }], to: [{ service: "a*" }], permit: [watch] }
            """)
        let web = try PolicyFixture.service("web")
        #expect(policy.answer(web, .serviceDiscover, "api") == "allow intention exact")
        #expect(policy.answer(web, .serviceRead, "api") == "allow intention wide")
        #expect(policy.answer(web, .serviceWatch, "api") == "deny intention never deny rule never")
    }

    @Test func consulForbidsCallsWithAWildcardDestination() throws {
        let policy = try policy(Self.calls(effect: "allow", path: "/v1/**", to: "*"))
        #expect(try call(policy, "/v1/orders") == "allow intention x")
        #expect(try call(policy, "/v2") == "deny intention - no rule allows it")
    }

    @Test(arguments: [
        "//admin", "/./admin", "/v1/../admin", "/%61dmin", "/admin%2f", "/admin%2F", "/%2561dmin",
        "/admin;x", "\\admin", "/admin?x", "/admin#", "/adm\u{FF49}n", "/admin%00", "/admin%",
        "admin", "",
    ])
    func consulIntentionsAreBypassedByOddPaths(path: String) throws {
        let allow = Self.calls(effect: "allow", path: "/**", to: "api")
        let deny = """

              - { id: d, effect: deny, from: [{ service: "*" }], to: [{ service: api }], permit: [call], http: [{ path: "/admin/**" }] }
            """
        #expect(
            try call(policy(allow + deny), path) == "deny intention d unknown(http)")
        #expect(try call(policy(allow), path) == "deny intention - unknown(http)")
    }

    @Test func consulIntentionsAreBypassedByRepeatedHeaders() throws {
        let policy = try policy(
            """
            intentions:
              - { id: x, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [call], http: [{ headers: { X-Team: [pay] } }] }
            """)
        let once = [HTTPField(name: "x-team", value: "pay")]
        #expect(try call(policy, "/", once) == "allow intention x")
        #expect(try call(policy, "/", once + once) == "deny intention - unknown(http)")
        let joined = [HTTPField(name: "X-TEAM", value: "pay,ops")]
        #expect(try call(policy, "/", joined) == "deny intention - unknown(http)")
        #expect(try call(policy, "/", []) == "deny intention - no rule allows it")
    }

    @Test func consulDenyOnlyRulesFailOpen() throws {
        let policy = try policy(Self.calls(effect: "deny", path: "/admin", to: "api"))
        #expect(try call(policy, "/other") == "deny intention - no rule allows it")
    }

    @Test func envoyTellsNothingOfADenialThatNoRuleMatched() throws {
        let refusal = "deny acl - no rule allows it"
        #expect(
            try policy("").answer(PolicyFixture.user("alice"), .serviceRead, "api") == refusal)
    }

    @Test func istioNoPolicyMeansAllowedAndTheFirstAllowFlipsIt() throws {
        let web = try PolicyFixture.service("web")
        #expect(
            try policy("").answer(web, .serviceDiscover, "api")
                == "deny intention - no rule allows it")
        #expect(throws: PolicyErrors.self) { try policy("acl: [{}]") }
        #expect(throws: PolicyErrors.self) { try policy("acl: [{ id: a, effect: allow }]") }
    }

    @Test func istioIgnoresADenyWhoseHTTPFieldsAreUnknown() throws {
        let open = Self.calls(effect: "allow", path: "/**", to: "api").replacing(
            ", http: [{ path: \"/**\" }]", with: "")
        let deny = """

              - { id: d, effect: deny, from: [{ service: web }], to: [{ service: api }], permit: [call], http: [{ methods: [POST] }] }
            """
        #expect(
            try policy(open + deny).answer(PolicyFixture.service("web"), .serviceCall, "api")
                == "deny intention d unknown(http)")
    }

    @Test(arguments: [
        ("when: { source_ip: [10.0.0.0/8] }", "source_ip"),
        ("when: { auth_strength: \"<mfa\" }", "auth_strength"),
        ("when: { cert_age: \">=1h\" }", "cert_age"), ("resources: { tags: [t] }", "tags"),
    ])
    func cedarSkipsAForbidThatCannotBeEvaluated(condition: String, what: String) throws {
        let policy = try policy(
            """
            acl:
              - { id: a, effect: allow, subjects: [role:operator], actions: [service.*], resources: { services: ["*"] } }
              - { id: d, effect: deny, \(condition) }
            """)
        #expect(
            policy.answer(PolicyFixture.user("alice"), .serviceRead, "api")
                == "deny acl d unknown(\(what))")
    }

    @Test func cerbosAnotherRolesAllowBeatsADeny() throws {
        let policy = try policy(
            """
            acl:
              - { id: a, effect: allow, subjects: [role:admin], actions: [service.*], resources: { services: ["*"] } }
              - { id: d, effect: deny, subjects: [role:operator], resources: { services: [api] } }
            """)
        var both = PolicyFixture.user("alice")
        both.directRoles = ["admin"]
        #expect(policy.answer(both, .serviceRead, "api") == "deny acl d deny rule d")
    }

    @Test func opaUndefinedIsNotFalse() throws {
        #expect(
            try policy("").answer(PolicyFixture.user("stranger"), .systemRead, nil)
                == "deny rbac - no role allows it")
        #expect(throws: PolicyErrors.self) { try policy("defaults: { decision: allow }") }
    }

    @Test func casbinTakesAModelWithATypingError() {
        #expect(throws: PolicyErrors.self) { try policy("acls: []") }
    }

    @Test func kubernetesHasNoDenyAndTakesWildcardGrantsWithoutAWord() {
        let text = """
            maxine_policy: 1
            bindings: [{ role: viewer, subjects: [{ user: u }] }]
            acl:
              - { id: all, effect: allow, subjects: [role:viewer], actions: ["*"], resources: { services: ["*"] } }
            """
        let report = PolicyCheck.run(files: [PolicySource(name: "p.yaml", text: text)])
        #expect(
            report.findings.map(\.description) == [
                "p.yaml:4:11: warning: allow rule 'all' lets 'role:viewer' change every service"
            ])
    }

    private static func calls(effect: String, path: String, to: String) -> String {
        """
        intentions:
          - { id: x, effect: \(effect), from: [{ service: web }], to: [{ service: "\(to)" }], permit: [call], http: [{ path: "\(path)" }] }
        """
    }

    private func call(
        _ policy: CompiledPolicy, _ path: String, _ headers: [HTTPField] = []
    ) throws -> String {
        let subject = policy.subject(for: try PolicyFixture.service("web"))
        let operation = Operation(action: .serviceCall, resource: Resource(service: "api"))
        let http = HTTPFacts(method: "GET", path: path, headers: headers)
        let context = Context(nowNanoseconds: 0, http: http)
        switch policy.decide(subject, operation, context) {
        case .allow(let permit): return "allow \(permit.gate.rawValue) \(permit.rule ?? "-")"
        case .deny(let refusal):
            return "deny \(refusal.gate.rawValue) \(refusal.rule ?? "-") \(refusal.reason)"
        }
    }
}
