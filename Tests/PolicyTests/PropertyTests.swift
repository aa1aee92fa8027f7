import Foundation
import Testing

@testable import Policy

/// The compiled policy decides as the reference does, on random policies and requests.
@Suite struct PropertyTests {
    static let principalsEach = 20
    static let requestsEach = 10

    /// `MAXINE_PAIRS` sets how many pairs of a policy and a request are tried, `MAXINE_SEED` which.
    @Test func decidesAsTheReferenceDoes() throws {
        let environment = ProcessInfo.processInfo.environment
        let pairs = environment["MAXINE_PAIRS"].flatMap { Int($0) } ?? 50_000
        let given = environment["MAXINE_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
        print("policy property test: MAXINE_SEED=\(seed) MAXINE_PAIRS=\(pairs)")
        var random = RandomPolicies(numbers: SeededNumbers(state: seed))
        var seen: [String: Int] = [:]
        for number in 0..<max(1, pairs / (Self.principalsEach * Self.requestsEach)) {
            let naive = random.policy()
            let found = try Self.disagreement(
                of: load(naive.yaml), with: naive, &random, principals: Self.principalsEach,
                requests: Self.requestsEach
            ) { outcome in
                seen["\(outcome.isAllowed) \(outcome.gate)", default: 0] += 1
                if outcome.shadow != nil { seen["shadow", default: 0] += 1 }
            }
            if let found {
                Issue.record("seed \(seed), policy \(number): \(found)")
                return
            }
        }
        print("policy property test: \(seen.sorted { $0.key < $1.key })")
        // Agreement means little unless every way a decision can go has been gone often.
        for way in [
            "true acl", "true intention", "true rbac", "false acl", "false intention",
            "false rbac", "false authn", "shadow",
        ] {
            #expect(seen[way, default: 0] > 100, "\(way) was decided too seldom: \(seen)")
        }
    }

    /// The first request that a compiled policy and the reference decide differently.
    static func disagreement(
        of policy: CompiledPolicy, with naive: NaivePolicy, _ random: inout RandomPolicies,
        principals: Int, requests: Int, _ note: (TestOutcome) -> Void = { _ in }
    ) throws -> String? {
        for _ in 0..<principals {
            let principal = random.principal()
            let subject = policy.subject(for: principal)
            var evaluator = NaiveEvaluator(
                policy: naive, principal: principal, operation: random.operation(),
                context: random.context())
            for _ in 0..<requests {
                evaluator.operation = random.operation()
                evaluator.context = random.context()
                let outcome = TestOutcome(
                    policy.decide(subject, evaluator.operation, evaluator.context))
                note(outcome)
                if let found = compare(outcome, evaluator) { return found }
            }
        }
        return nil
    }

    private func load(_ yaml: String) throws -> CompiledPolicy {
        try CompiledPolicy.load(
            files: [PolicySource(name: "random.yaml", text: yaml)], trustDomain: "maxine.local")
    }

    private static func compare(_ outcome: TestOutcome, _ evaluator: NaiveEvaluator) -> String? {
        let (answer, shadow) = evaluator.answers
        if agree(outcome, answer), agree(outcome.shadow.map(TestOutcome.init), shadow) {
            return nil
        }
        return """
            expected \(answer), shadow \(String(describing: shadow))
            got \(outcome.text), shadow \(String(describing: outcome.shadow))
            \(evaluator.principal)
            \(evaluator.operation) \(evaluator.context)
            \(evaluator.policy.yaml)
            """
    }

    private static func agree(_ outcome: TestOutcome?, _ answer: NaiveEvaluator.Answer?) -> Bool {
        guard let outcome, let answer else { return outcome == nil && answer == nil }
        return agree(outcome, answer)
    }

    private static func agree(_ outcome: TestOutcome, _ answer: NaiveEvaluator.Answer) -> Bool {
        guard outcome.isAllowed == answer.isAllowed, outcome.gate.rawValue == answer.gate else {
            return false
        }
        if let rule = outcome.rule {
            guard answer.rules.contains(rule) else { return false }
        } else if !answer.rules.isEmpty {
            return false
        }
        return outcome.isAllowed || answer.reasons.contains(outcome.reason ?? "")
    }
}
