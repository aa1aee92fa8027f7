import Foundation
import Support
import Testing

@testable import Policy

/// The compiled policy decides as the reference does, on random policies and requests.
@Suite struct PropertyTests {
    /// So many that the rarest way is gone often enough each time.
    static let policies = max(200, Repetitions.of(500))
    static let principalsEach = 20
    static let requestsEach = 10

    @Test func decidesAsTheReferenceDoes() throws {
        let given = ProcessInfo.processInfo.environment["MAXINE_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
        print("policy property test: MAXINE_SEED=\(seed)")
        var random = RandomPolicies(numbers: SeededGenerator(seed: seed))
        var seen: [String: Int] = [:]
        for number in 0..<Self.policies {
            let naive = random.policy()
            let policy = try load(naive.yaml)
            for _ in 0..<Self.principalsEach {
                let principal = random.principal()
                let subject = policy.subject(for: principal)
                var evaluator = NaiveEvaluator(
                    policy: naive, principal: principal, operation: random.operation(),
                    context: random.context())
                for _ in 0..<Self.requestsEach {
                    evaluator.operation = random.operation()
                    evaluator.context = random.context()
                    let outcome = TestOutcome(
                        policy.decide(subject, evaluator.operation, evaluator.context))
                    let open = principal.kind == .anonymous && outcome.isAllowed ? " open" : ""
                    seen["\(outcome.isAllowed) \(outcome.gate)\(open)", default: 0] += 1
                    if principal.kind == .key {
                        seen["key \(outcome.isAllowed) \(outcome.gate)", default: 0] += 1
                    }
                    if outcome.judged == .existing {
                        seen["false existing \(outcome.gate)", default: 0] += 1
                    }
                    guard let disagreement = compare(outcome, evaluator) else { continue }
                    Issue.record("seed \(seed), policy \(number): \(disagreement)")
                    return
                }
            }
        }
        // Agreement means little unless every way a decision can go has been gone often.
        for way in [
            "true acl", "true intention", "true rbac", "false acl", "false intention",
            "false rbac", "false authn", "true rbac open", "false existing acl",
            "false existing intention",
        ] {
            #expect(
                seen[way, default: 0] > Self.policies * 2 / 5,
                "\(way) was decided too seldom: \(seen)")
        }
        for way in ["true acl", "true intention", "true rbac", "false acl", "false rbac"] {
            #expect(
                seen["key \(way)", default: 0] > Self.policies / 50,
                "key \(way) was decided too seldom: \(seen)")
        }
    }

    private func load(_ yaml: String) throws -> CompiledPolicy {
        try CompiledPolicy.load(
            files: [PolicySource(name: "random.yaml", text: yaml)], trustDomain: "maxine.local")
    }

    private func compare(_ outcome: TestOutcome, _ evaluator: NaiveEvaluator) -> String? {
        let answer = evaluator.answer
        if agree(outcome, answer) { return nil }
        return """
            expected \(answer), got \(outcome.text)
            \(evaluator.principal)
            \(evaluator.operation) \(evaluator.context)
            \(evaluator.policy.yaml)
            """
    }

    private func agree(_ outcome: TestOutcome, _ answer: NaiveEvaluator.Answer) -> Bool {
        guard outcome.isAllowed == answer.isAllowed, outcome.gate.rawValue == answer.gate,
            (outcome.judged == .existing) == answer.isOfExisting
        else { return false }
        if let rule = outcome.rule {
            guard answer.rules.contains(rule) else { return false }
        } else if !answer.rules.isEmpty {
            return false
        }
        return outcome.isAllowed || answer.reasons.contains(outcome.reason ?? "")
    }
}
