import Testing

@testable import Policy

/// A change of something that exists is judged by what it becomes and by what is there.
@Suite struct ExistingTests {
    private static let teams = """
        acl:
          - { id: team-a, effect: allow, subjects: [role:operator], actions: [service.*], resources: { services: ["*"], tags: [team-a] } }
          - { id: frozen, effect: deny, resources: { services: ["*"], namespaces: ["*"], tags: [frozen] } }

        """

    private func answer(
        _ policy: CompiledPolicy, _ action: Action, _ tags: [String]?, over existing: [String]
    ) -> String {
        func resource(_ tags: [String]?) -> Resource {
            Resource(service: "api", id: "1", tags: tags)
        }
        let operation = Operation(
            action: action, resource: resource(tags),
            existing: ExistingResource(resource(existing), revision: 7))
        let subject = policy.subject(for: PolicyFixture.user("alice"))
        switch policy.decide(subject, operation, Context(nowNanoseconds: 0)) {
        case .allow(let permit):
            return "allow \(permit.rule ?? "-") \(permit.operation.existing?.revision ?? 0)"
        case .deny(let refusal):
            return "deny \(refusal.judged) \(refusal.gate.rawValue) \(refusal.rule ?? "-")"
        }
    }

    @Test func whatReplacesPassesForBoth() throws {
        let policy = try PolicyFixture.load(PolicyFixture.bindings + Self.teams)
        let changes: [(becomes: [String], there: [String], answer: String)] = [
            (["team-a"], ["team-a"], "allow team-a 7"),
            (["team-a"], ["team-b"], "deny existing acl -"),
            (["team-b"], ["team-a"], "deny asked acl -"),
            (["team-b"], ["team-b"], "deny asked acl -"),
            (["team-a"], ["team-a", "frozen"], "deny existing acl frozen"),
            (["team-a", "frozen"], ["team-a"], "deny asked acl frozen"),
        ]
        for change in changes {
            for action in [Action.serviceRegister, .serviceConfigure] {
                #expect(
                    answer(policy, action, change.becomes, over: change.there) == change.answer)
            }
        }
    }

    @Test func whatMakesNothingElsePassesForWhatIsThere() throws {
        let policy = try PolicyFixture.load(PolicyFixture.bindings + Self.teams)
        for action in [Action.serviceDeregister, .serviceDrain] {
            #expect(answer(policy, action, nil, over: ["team-a"]) == "allow team-a 7")
            #expect(answer(policy, action, nil, over: ["team-b"]) == "deny existing acl -")
            // What the asker says of the tags is no matter.
            #expect(answer(policy, action, ["team-a"], over: ["team-b"]) == "deny existing acl -")
        }
    }

    @Test func embeddedTestsSayWhatIsThere() throws {
        let text =
            PolicyFixture.bindings + Self.teams + """
                tests:
                  - name: over that of others
                    as: { user: alice }
                    do: { action: service.register, service: api, tags: [team-a], existing: { tags: [team-b] } }
                    expect: allow
                  - name: over its own
                    as: { user: alice }
                    do: { action: service.deregister, service: api, existing: { tags: [team-a] } }
                    expect: { decision: allow, rule: team-a }
                """
        let source = PolicySource(name: "p.yaml", text: "maxine_policy: 1\n" + text)
        let report = PolicyCheck.run(files: [source])
        #expect(report.testsPassed == 1)
        let failure = report.findings.last?.message
        #expect(
            failure == "test 'over that of others' failed: expected allow, got deny, gate acl,"
                + " for what is there (no rule allows it)")
    }

    @Test func anExistingThingOfATestHasTagsOnly() {
        let errors = #expect(throws: PolicyErrors.self) {
            try PolicyFixture.load(
                "tests: [ { name: t, as: { user: a }, do: { action: service.read, existing: {} }, expect: deny } ]\n"
            )
        }
        #expect(errors?.description == "p.yaml:2:76: 'existing' needs the key 'tags'")
    }
}
