import Testing

@testable import Policy

@Suite struct PolicyCheckTests {
    private func findings(_ text: String) -> [String] {
        let source = PolicySource(name: "p.yaml", text: "maxine_policy: 1\n" + text)
        return PolicyCheck.run(files: [source]).findings.map(\.description)
    }

    @Test func tellsErrorsWithTheirPlace() {
        #expect(
            findings("acl: {}\n") == ["p.yaml:2:6: error: expected a list, found a mapping"])
    }

    @Test func tellsFailedTestsWithExpectedAndGot() {
        let text = """
            bindings: [{ role: viewer, subjects: [{ user: a }] }]
            tests:
              - { name: one, as: { user: a }, do: { action: system.read }, expect: deny }
              - { name: two, as: { user: a }, do: { action: system.read }, expect: { decision: allow, gate: acl } }
              - { name: three, as: { user: a }, do: { action: service.read, service: x }, expect: { decision: allow, rule: none } }
              - { name: four, as: { user: a }, do: { action: system.read }, expect: { decision: allow, gate: rbac, rule: none } }
            """
        #expect(
            findings(text) == [
                "p.yaml:4:5: error: test 'one' failed: expected deny, got allow, gate rbac",
                "p.yaml:5:5: error: test 'two' failed: expected allow, gate acl, got allow, gate rbac",
                "p.yaml:6:5: error: test 'three' failed: expected allow, no rule, "
                    + "got deny, gate acl (no rule allows it)",
            ])
    }

    @Test func warnsOfWhatDoesNothing() {
        let text = """
            roles: { spare: { actions: [system.read] } }
            acl:
              - { id: a, effect: allow, subjects: [role:admin], actions: [ca.rotate], resources: { services: ["*"] } }
              - { id: b, effect: allow, subjects: ["service:web"], actions: [service.read], resources: { services: ["*"] } }
              - { id: c, effect: deny, actions: [ca.rotate] }
            """
        #expect(
            findings(text) == [
                "p.yaml:2:10: warning: role 'spare' is bound to nobody",
                "p.yaml:4:11: warning: allow rule 'a' does nothing: a role alone opens actions that are on no service",
                "p.yaml:5:11: warning: allow rule 'b' does nothing: services need an intention to act on others",
            ])
    }

    @Test func warningsAreNoErrors() {
        let source = PolicySource(
            name: "p.yaml", text: "maxine_policy: 1\nroles: { spare: { actions: [system.read] } }\n"
        )
        let report = PolicyCheck.run(files: [source])
        #expect(!report.hasErrors)
        #expect(report.policies.count == 1)
    }

    @Test func everySortOfSubjectCanBeTested() {
        let text = """
            bindings:
              - { role: viewer, subjects: [{ ldap_group: g }, { saml_group: g }, { oidc: { issuer: i, claim: c, value: v } }, { api_key_scope: s }, { user: u }] }
              - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
            tests:
              - { name: a, as: { user: x, ldap_groups: [g] }, do: { action: system.read }, expect: allow }
              - { name: b, as: { user: x, saml_groups: [g] }, do: { action: system.read }, expect: allow }
              - { name: c, as: { user: x, oidc: [{ issuer: i, claim: c, value: v }] }, do: { action: system.read }, expect: allow }
              - { name: d, as: { key: k, scopes: [s] }, do: { action: system.read }, expect: allow }
              - { name: e, as: { operator: o }, do: { action: ca.rotate }, expect: allow }
              - { name: f, as: { spiffe: "spiffe://{trust_domain}/operator/o" }, do: { action: ca.rotate }, expect: allow }
              - { name: g, as: { user: x, roles: [auditor] }, do: { action: audit.read }, expect: allow }
              - { name: h, as: { anonymous: true }, do: { action: system.read }, expect: { decision: deny, gate: authn } }
              - { name: i, now: 2026-11-02T23:00:00+01:00, as: { user: u }, do: { action: system.read }, expect: allow }
            """
        #expect(findings(text) == [])
    }
}
