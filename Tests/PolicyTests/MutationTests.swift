import Testing

@testable import Policy

/// The comparison with the reference notices a compiled policy of which one rule is wrong.
@Suite struct MutationTests {
    enum Mutation: CaseIterable {
        case action, dropped, conditions, rule
    }

    @Test(arguments: Mutation.allCases)
    func aWrongRuleIsCaught(mutation: Mutation) throws {
        var random = RandomPolicies(numbers: SeededNumbers(state: 7))
        var caught = 0
        var made = 0
        while made < 20 {
            let naive = random.policy()
            let source = PolicySource(name: "random.yaml", text: naive.yaml)
            let policy = try CompiledPolicy.load(files: [source], trustDomain: "maxine.local")
            guard let broken = Self.broken(policy, mutation) else { continue }
            made += 1
            if try PropertyTests.disagreement(
                of: broken, with: naive, &random, principals: 150, requests: 10) != nil
            {
                caught += 1
            }
            #expect(
                try PropertyTests.disagreement(
                    of: policy, with: naive, &random, principals: 5, requests: 10) == nil)
        }
        // Some rules of some random policies change nothing, because others say the same.
        #expect(caught >= 5, "\(mutation): \(caught) of \(made)")
    }

    /// The policy with the first allowing entry of an intention or ACL changed.
    private static func broken(_ policy: CompiledPolicy, _ mutation: Mutation) -> CompiledPolicy? {
        let tables = policy.tables
        let gate = tables.intentions
        var entries = gate.entries
        let allows = gate.denyCount..<entries.count
        let suited = allows.first { mutation != .conditions || !entries[$0].conditions.isEmpty }
        guard let index = suited else { return nil }
        switch mutation {
        case .action: entries[index].actions = ~entries[index].actions
        case .conditions: entries[index].conditions = 0..<0
        case .rule: entries[index].rule = entries[index].rule == 0 ? 1 : 0
        case .dropped: entries[index].actions = 0
        }
        guard Int(entries[index].rule) < policy.rules.count else { return nil }
        return CompiledPolicy(
            policy,
            tables: RuleTables(
                tables, acl: tables.acl, intentions: GateTable(gate, entries: entries)))
    }
}
