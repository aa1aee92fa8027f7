/// Checks policies as `maxine policy check` does: errors, lints, embedded tests.
public enum PolicyCheck {
    /// Checks the policy at each path: a file, or a folder of `*.yaml`.
    ///
    /// Paths are policies of their own; nothing is put together over them. Who only wants to know whether a policy may be put
    /// into force can do without the warnings, which cost as much again.
    public static func run(
        paths: [String], trustDomain: String = CompiledPolicy.defaultTrustDomain,
        runner: PolicyTestRunner = PolicyTestRunner(), warns: Bool = true
    ) -> PolicyCheckReport {
        var report = PolicyCheckReport()
        for path in paths {
            do throws(PolicyErrors) {
                let policy = try CompiledPolicy.load(path: path, trustDomain: trustDomain)
                report.add(policy, runner, warns: warns)
            } catch {
                report.add(error)
            }
        }
        return report
    }

    /// Checks one policy from its files' bytes.
    public static func run(
        files: [PolicySource], trustDomain: String = CompiledPolicy.defaultTrustDomain,
        runner: PolicyTestRunner = PolicyTestRunner(), warns: Bool = true
    ) -> PolicyCheckReport {
        var report = PolicyCheckReport()
        do throws(PolicyErrors) {
            report.add(
                try CompiledPolicy.load(files: files, trustDomain: trustDomain), runner,
                warns: warns)
        } catch {
            report.add(error)
        }
        return report
    }
}

/// What a check of policies found.
public struct PolicyCheckReport: Sendable {
    /// The findings, in the order of the policies, their files and the places in them.
    public private(set) var findings: [PolicyFinding] = []
    /// The policies that could be compiled.
    public private(set) var policies: [CompiledPolicy] = []
    /// How many embedded tests passed.
    public private(set) var testsPassed = 0
    /// How many embedded tests failed.
    public private(set) var testsFailed = 0

    /// Whether anything is wrong; warnings are not.
    public var hasErrors: Bool { findings.contains { $0.severity == .error } }

    mutating func add(_ errors: PolicyErrors) {
        findings += errors.errors.map {
            PolicyFinding(
                severity: .error, file: $0.file, line: $0.line, column: $0.column,
                message: $0.text)
        }
    }

    mutating func add(_ policy: CompiledPolicy, _ runner: PolicyTestRunner, warns: Bool) {
        policies.append(policy)
        if warns {
            findings += PolicyLint.findings(policy) + NamespaceLint.findings(policy, runner)
        }
        for result in runner.run(policy) {
            if result.passed {
                testsPassed += 1
                continue
            }
            testsFailed += 1
            findings.append(
                PolicyFinding(
                    severity: .error, file: result.file, line: result.line, column: result.column,
                    message: "test \(quoted(result.name)) failed: "
                        + "expected \(result.expected), got \(result.got)"))
        }
    }
}

/// One thing that a check found.
public struct PolicyFinding: Hashable, Sendable, CustomStringConvertible {
    /// How bad it is.
    public enum Severity: String, Sendable {
        case error, warning
    }

    /// How bad it is.
    public let severity: Severity
    /// The file's name.
    public let file: String
    /// The line, from 1.
    public let line: Int
    /// The column, from 1.
    public let column: Int
    /// What was found.
    public let message: String

    /// The finding as `file:line:column: severity: message`.
    public var description: String {
        "\(file):\(line):\(column): \(severity.rawValue): \(message)"
    }
}
