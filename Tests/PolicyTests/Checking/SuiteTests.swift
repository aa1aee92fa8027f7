import Testing

@testable import Policy

@Suite struct SuiteTests {
    private static let policy =
        PolicyFixture.bindings + """
            acl:
              - { id: ops, effect: allow, subjects: [role:operator], actions: [service.read, service.drain], resources: { services: [api] } }
              - { id: spare, effect: allow, subjects: [role:operator], actions: [service.read], resources: { services: [ledger] } }

            """

    private func suite(_ text: String) throws -> PolicySuite {
        try PolicySuite(PolicySource(name: "t.yaml", text: "maxine_policy_tests: 1\n" + text))
    }

    @Test func runsTheTestsOfASeparateFile() throws {
        let suite = try suite(
            """
            policy: ./p.yaml
            tests:
              - { name: reads, as: { user: alice }, do: { action: service.read, service: api }, expect: allow }
              - { name: wrong, as: { user: alice }, do: { action: service.read, service: web }, expect: allow }

            """)
        #expect(suite.policyPath == "./p.yaml")
        let report = try PolicyTestReport.run(
            try PolicyFixture.load(Self.policy), suites: [suite])
        #expect(report.passed == 1)
        #expect(report.failures.map(\.name) == ["wrong"])
        #expect(report.failures.first?.line == 5)
        #expect(report.untouched.map(\.rule) == ["spare"])
    }

    @Test func expectsADenyOfEveryCellThatIsNotListed() throws {
        let text = """
            tests:
              - name: who touches what
                matrix:
                  as: { alice: { user: alice }, web: { service: web } }
                  actions: [service.read, service.drain]
                  services: [api, ledger]
                allow:
                  - [alice, service.read, api]
                  - [alice, service.drain, api]

            """
        let report = try PolicyTestReport.run(
            try PolicyFixture.load(Self.policy), suites: [try suite(text)])
        #expect(report.results.count == 8)
        #expect(report.failures.map(\.name) == ["who touches what: alice service.read ledger"])
        #expect(report.coverage.first { $0.rule == "ops" }?.decided == 2)
    }

    @Test func matricesStandInPoliciesToo() throws {
        let policy = try PolicyFixture.load(
            Self.policy + """
                tests:
                  - { name: m, matrix: { as: { a: { user: root } }, actions: [ca.read, ca.rotate] }, allow: [[a, ca.read], [a, ca.rotate]] }

                """)
        #expect(policy.testCount == 2)
        #expect(try PolicyTestReport.run(policy).failures.isEmpty)
    }

    @Test(arguments: [
        ("tests: []\nextra: 1\n", "t.yaml:3:1: a file of tests has no key 'extra'"),
        ("name: x\n", "t.yaml:1:1: a file of tests needs the key 'tests'"),
        (
            "tests:\n  - { name: m, matrix: { as: { a: { user: x } }, actions: [ca.reed] } }\n",
            "t.yaml:3:60: there is no action 'ca.reed'"
        ),
        (
            "tests:\n  - { name: m, matrix: { as: { a: { user: x } }, actions: [ca.read] }, allow: [[b, ca.read]] }\n",
            "t.yaml:3:80: the matrix has no cell 'b ca.read'"
        ),
        (
            "tests:\n  - { name: m, matrix: { as: [x], actions: [ca.read] } }\n",
            "t.yaml:3:30: expected a mapping of names to principals"
        ),
    ])
    func saysWhatIsWrongWithAFileOfTests(text: String, message: String) {
        #expect {
            _ = try suite(text)
        } throws: { error in
            "\(error)".contains(message)
        }
    }

    @Test func refusesExpectationsOfRulesThatAreNotThere() throws {
        let suite = try suite(
            "tests:\n  - { name: x, as: { user: a, roles: [nobody] }, do: { action: ca.read }, expect: { decision: deny, rule: ghost } }\n"
        )
        let policy = try PolicyFixture.load(Self.policy)
        #expect {
            _ = try PolicyTestReport.run(policy, suites: [suite])
        } throws: { error in
            "\(error)".contains("has no role 'nobody'") && "\(error)".contains("no rule 'ghost'")
        }
    }

    @Test func tellsTestsFromPolicies() {
        #expect(PolicySuite.isSuite(PolicySource(name: "a", text: "maxine_policy_tests: 1\n")))
        #expect(!PolicySuite.isSuite(PolicySource(name: "a", text: "maxine_policy: 1\n")))
        #expect(!PolicySuite.isSuite(PolicySource(name: "a", text: "[")))
    }
}
