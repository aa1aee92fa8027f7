import Testing

@testable import Policy

/// `policy check` warns where leaving a namespace out decides otherwise than it once did.
@Suite struct NamespaceLintTests {
    private func warnings(_ rules: String) -> [String] {
        let source = PolicySource(
            name: "p.yaml", text: "maxine_policy: 1\n" + PolicyFixture.bindings + rules)
        return PolicyCheck.run(files: [source]).findings.map(\.description)
    }

    private func warning(_ place: String, _ rule: String, _ who: String, _ what: String) -> String {
        "p.yaml:\(place): warning: rule '\(rule)' leaves a namespace out, which means 'default'"
            + " and once meant all: '\(who)' is now refused '\(what)'"
            + " (namespace 'default' or '*' in it says which is meant)"
    }

    @Test func tellsWhoIsRefusedNow() {
        let rules = """
            acl:
              - { id: a, effect: allow, subjects: [role:operator], actions: [service.read], resources: { services: ["pay*"] } }
            intentions:
              - { id: i, effect: allow, from: [{ service: web }], to: [{ service: api, namespace: prod }], permit: [discover] }
            """
        #expect(
            warnings(rules) == [
                warning("7:11", "a", "user:someone", "service.read of pay1 in namespace prod"),
                warning(
                    "9:11", "i", "service:prod/web", "service.discover of api in namespace prod"),
            ])
    }

    /// Whoever a rule speaks of may have its role from anywhere.
    @Test func tellsItOfASubjectWhoseRoleTheRuleDoesNotName() {
        let rules = """
            acl:
              - { id: g, effect: allow, subjects: ["group:staff"], actions: [service.read], resources: { services: [pay] } }
            """
        #expect(
            warnings(rules) == [
                warning(
                    "7:11", "g", "user:someone", "service.read of pay in namespace elsewhere")
            ])
    }

    @Test func tellsWhomAnExceptionSparedOnce() {
        let rules = "acl: [{ id: d, effect: deny, except: [\"service:backup\"] }]\n"
        #expect(
            warnings(rules) == [
                warning(
                    "6:13", "d", "service:elsewhere/backup",
                    "service.read of backup in namespace elsewhere")
            ])
    }

    @Test func isSilentWhereTheRuleSaysIt() {
        let rules = """
            acl:
              - { id: a, effect: allow, subjects: [role:operator], actions: [service.read], resources: { services: [pay], namespaces: [default] } }
              - { id: d, effect: deny, except: ["service:default/backup"] }
            intentions:
              - { id: i, effect: allow, from: [{ service: web, namespace: default }], to: [{ service: api, namespace: "*" }], permit: [discover] }
            """
        #expect(warnings(rules) == [])
    }

    @Test func isSilentWhereAnotherRuleDecidesTheSame() {
        let rules = """
            acl:
              - { id: a, effect: allow, subjects: [role:operator], actions: [service.read], resources: { services: [pay] } }
              - { id: b, effect: allow, subjects: [role:operator], actions: [service.*], resources: { services: ["*"], namespaces: ["*"] } }
            intentions:
              - { id: i, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }
              - { id: d, effect: deny, from: [{ service: "*", namespace: "*" }], to: [{ service: api, namespace: "*" }] }
            """
        #expect(warnings(rules) == [])
    }

    @Test func isSilentWhereNoRoleHoldsTheAction() {
        let rules = """
            intentions:
              - { id: i, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [configure] }
            """
        #expect(warnings(rules) == [])
    }
}
