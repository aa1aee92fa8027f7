/// A file of tests that stand apart from the policy that they are for.
public struct PolicySuite: Sendable {
    /// The file's name.
    public let name: String
    /// The path of the policy that the file names, as it is written.
    public let policyPath: String?
    let tests: [TestDeclaration]
    let roles: [Located<String>]
    let rules: [Located<String>]

    /// How many tests the file has; a cell of a matrix is one.
    public var testCount: Int { tests.count }

    /// Whether a file says of itself that it holds tests (`maxine_policy_tests: 1`).
    public static func isSuite(_ source: PolicySource) -> Bool { PolicyReader.isSuite(source) }

    /// Reads a file of tests.
    ///
    /// - Throws: `PolicyErrors` with everything that is wrong in it.
    public init(
        _ source: PolicySource, trustDomain: String = CompiledPolicy.defaultTrustDomain
    ) throws(PolicyErrors) {
        var reader = PolicyReader(trustDomain: trustDomain)
        policyPath = reader.readSuite(source)
        if let failure = reader.diagnostics.failure(fileOrder: [source.name]) { throw failure }
        name = source.name
        tests = reader.declarations.tests
        roles = reader.declarations.testRoles
        rules = reader.declarations.testRules
    }

    /// What the tests speak of and the policy doesn't have.
    func dangling(in policy: CompiledPolicy) -> [PolicyError] {
        let knownRoles = Set(policy.roleNames)
        let knownRules = Set(policy.rules.map(\.id))
        let errors =
            roles.filter { !knownRoles.contains($0.value) }.map { ("role", $0) }
            + rules.filter { !knownRules.contains($0.value) }.map { ("rule", $0) }
        return errors.map { kind, name in
            PolicyError(
                code: .dangling, file: name.location.file, line: name.location.mark.line,
                column: name.location.mark.column,
                message: "policy \(policy.name) has no \(kind) \(Quotation.quote(name.value))",
                hint: nil)
        }
    }
}

/// How the tests of a policy went, and which rules they touched.
public struct PolicyTestReport: Sendable {
    /// One result a test, the policy's own first.
    public let results: [PolicyTestResult]
    /// The rules, in the order of the files.
    public let coverage: [RuleCoverage]

    /// How many tests passed.
    public var passed: Int { results.filter(\.passed).count }
    /// The tests that failed.
    public var failures: [PolicyTestResult] { results.filter { !$0.passed } }
    /// The rules that no test touches.
    public var untouched: [RuleCoverage] { coverage.filter { $0.tests == 0 } }

    /// Runs a policy's own tests and those of suites.
    ///
    /// - Throws: `PolicyErrors` when a suite expects what the policy doesn't have.
    public static func run(
        _ policy: CompiledPolicy, suites: [PolicySuite] = [],
        runner: PolicyTestRunner = PolicyTestRunner()
    ) throws(PolicyErrors) -> PolicyTestReport {
        let errors = suites.flatMap { $0.dangling(in: policy) }
        guard errors.isEmpty else {
            throw PolicyErrors(errors: Array(errors.prefix(PolicyLimits.errorsMax)))
        }
        let tests = policy.tests + suites.flatMap(\.tests)
        return PolicyTestReport(
            results: tests.map { runner.run($0, policy) },
            coverage: CoverageWalk(policy: policy, runner: runner).coverage(of: tests))
    }
}

/// How many tests touch one rule: the rule applies to what the test asks.
public struct RuleCoverage: Hashable, Sendable {
    /// The rule's id.
    public let rule: String
    /// Where it stands.
    public let location: RuleLocation
    /// The tests that it applies to.
    public let tests: Int
    /// The tests that it decides.
    public let decided: Int
}

/// Finds the rules that tests touch.
private struct CoverageWalk {
    let policy: CompiledPolicy
    let runner: PolicyTestRunner

    func coverage(of tests: [TestDeclaration]) -> [RuleCoverage] {
        var touched = [Int](repeating: 0, count: policy.rules.count)
        var decided = touched
        let probe = RuleProbe(policy)
        let numbers = Dictionary(
            policy.rules.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        for test in tests {
            guard let principal = runner.principal(test.subject, trustDomain: policy.trustDomain)
            else { continue }
            let subject = policy.subject(for: principal)
            var matcher = SubjectMatcher(principal: principal, trustDomain: policy.trustDomain)
            matcher.roles = Set(subject.roles)
            for (number, rule) in policy.rules.enumerated() where matcher.matches(rule) {
                switch probe.standing(number, test.operation, test.context, principal) {
                case .applies, .unknown: touched[number] += 1
                case .unmet, .unrelated: break
                }
            }
            let answer = policy.summary(subject, test.operation, test.context)
            if let number = answer.rule.flatMap({ numbers[$0] }) { decided[number] += 1 }
        }
        return policy.rules.enumerated().map { number, rule in
            RuleCoverage(
                rule: rule.id,
                location: RuleLocation(file: rule.location.file, line: rule.location.mark.line),
                tests: touched[number], decided: decided[number])
        }
    }
}
