import Testing

@testable import Policy

/// What is legal but means nothing, or too much, is told with its place.
@Suite struct LintTests {
    /// 2026-11-23T00:00:00Z.
    private static let now: Int64 = 1_795_392_000_000_000_000

    private func warnings(_ text: String) throws -> [String] {
        PolicyLint.findings(try PolicyFixture.load(text), nowNanoseconds: Self.now)
            .map { "\($0.line): \($0.message)" }
    }

    @Test func tellsShadowedUnreachableAndContradictoryRules() throws {
        #expect(
            try warnings(
                """
                intentions:
                  - { id: wide, effect: allow, from: [{ service: "w*" }], to: [{ service: "a*" }], permit: [discover, read] }
                  - { id: narrow, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }
                  - { id: twice, effect: allow, from: [{ service: "w*" }], to: [{ service: "a*" }], permit: [read, discover] }
                  - { id: no-db, effect: deny, from: [{ service: "*" }], to: [{ service: "db*" }] }
                  - { id: to-db, effect: allow, from: [{ service: web }], to: [{ service: db }], permit: [discover] }
                  - { id: no-x, effect: deny, from: [{ service: web }], to: [{ service: x }], permit: [read] }
                  - { id: to-x, effect: allow, from: [{ service: web }], to: [{ service: x }], permit: [read] }
                  - { id: own, effect: allow, from: [{ service: web }], to: [{ service: other }], permit: [read] }
                """) == [
                    "4: rule 'narrow' is shadowed: rule 'twice' says the same and more",
                    "5: rule 'twice' is shadowed: rule 'wide' says the same and more",
                    "7: allow rule 'to-db' is unreachable: deny rule 'no-db' always wins",
                    "9: allow rule 'to-x' contradicts deny rule 'no-x', which wins",
                ])
    }

    @Test func saysNothingOfARuleThatConditionsOrExceptionsKeepApart() throws {
        #expect(
            try warnings(
                """
                intentions:
                  - { id: d, effect: deny, from: [{ service: "*" }], to: [{ service: db }], except: ["service:web"] }
                  - { id: a, effect: allow, from: [{ service: web }], to: [{ service: db }], permit: [discover] }
                  - { id: e, effect: deny, from: [{ service: "*" }], to: [{ service: x }], when: { source_ip: [10.0.0.0/8] } }
                  - { id: b, effect: allow, from: [{ service: web }], to: [{ service: x }], permit: [discover] }
                  - { id: n, effect: allow, from: [{ service: web, namespace: prod }], to: [{ service: y, namespace: prod }], permit: [discover] }
                  - { id: m, effect: allow, from: [{ service: web }], to: [{ service: y, namespace: test }], permit: [discover] }
                """) == [])
    }

    @Test func tellsExpiredRulesAndUnusedGroups() throws {
        #expect(
            try warnings(
                """
                groups: { spare: { services: [a] }, used: { services: [b] } }
                acl:
                  - { id: old, effect: deny, resources: { services: ["group:used"] }, valid: { until: 2026-11-22T23:59:59Z } }
                  - { id: new, effect: deny, resources: { services: [c] }, valid: { until: 2026-11-23T00:00:01Z } }
                  - { id: ghost, effect: deny, resources: { services: [d] }, shadow: { until: 2026-11-23T00:00:00Z } }
                """) == [
                    "2: group 'spare' is used nowhere",
                    "4: rule 'old' has expired: it is no longer in force",
                    "6: shadow rule 'ghost' has expired: enforce it, extend it or take it out",
                ])
    }

    @Test func tellsRulesThatAreTooBroad() throws {
        #expect(
            try warnings(
                """
                acl:
                  - { id: all, effect: allow, subjects: ["group:staff"], actions: [service.*], resources: { services: ["*"] } }
                  - { id: look, effect: allow, subjects: ["group:staff"], actions: [service.read], resources: { services: ["x*"] } }
                intentions:
                  - { id: mesh, effect: allow, from: [{ service: "*" }], to: [{ service: "*" }], permit: [discover] }
                """) == [
                    "3: allow rule 'all' lets 'group:staff' change every service",
                    "4: rule 'look' is shadowed: rule 'all' says the same and more",
                    "6: allow rule 'mesh' lets every service reach every other",
                ])
    }

    @Test func tenThousandRulesAreCheckedQuickly() throws {
        var text = "intentions:\n"
        for number in 0..<10_000 {
            text +=
                "  - { id: r\(number), effect: allow, from: [{ service: \"s\(number % 300)*\" }], to: [{ service: \"t\(number % 70)*\" }], permit: [read] }\n"
        }
        let policy = try PolicyFixture.load(text)
        let start = ContinuousClock.now
        let count = PolicyLint.findings(policy, nowNanoseconds: Self.now).count
        #expect(count > 0)
        #expect(ContinuousClock.now - start < .seconds(30))
    }
}
