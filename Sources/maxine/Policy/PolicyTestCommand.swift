import ArgumentParser
import Foundation
import Policy
import StrictJSON

struct PolicyTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run the tests of policies and of separate test files; list untouched rules.",
        discussion: """
            A file that begins with 'maxine_policy_tests: 1' holds tests only. They run against the policy that it \
            names, or else against the policies given beside it.
            """)

    @Argument(help: "Policies (files or folders) and files of tests; without any, the shipped one.")
    var files: [String] = []
    @Option(help: "The trust domain that {trust_domain} stands for.")
    var trustDomain = "maxine.local"
    @Flag(help: "Fail when a rule is touched by no test.") var requireCoverage = false
    @Flag(help: "List every test and every rule.") var verbose = false
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        var failed = 0
        var untouched = 0
        var encoded: [JSONValue] = []
        for (policy, suites) in try cases() {
            let report = try tested(policy, suites)
            failed += report.failures.count
            untouched += report.untouched.count
            if json { encoded.append(self.encoded(report, policy)) } else { show(report, policy) }
        }
        if json {
            Terminal.print(jsonText(.object([.init(name: "policies", value: .array(encoded))])))
        }
        if failed > 0 { throw Failure(.failed, "maxine: \(failed) tests failed") }
        if requireCoverage, untouched > 0 {
            throw Failure(.failed, "maxine: \(untouched) rules are touched by no test")
        }
    }

    private func tested(
        _ policy: CompiledPolicy, _ suites: [PolicySuite]
    ) throws -> PolicyTestReport {
        do throws(PolicyErrors) {
            return try PolicyTestReport.run(policy, suites: suites)
        } catch {
            throw Failure(.failed, error.description)
        }
    }

    /// Each policy with its files of tests.
    private func cases() throws -> [(CompiledPolicy, [PolicySuite])] {
        do throws(PolicyErrors) {
            if files.isEmpty {
                return [(try CompiledPolicy.shippedDefault(trustDomain: trustDomain), [])]
            }
            var policies: [(path: String, policy: CompiledPolicy, suites: [PolicySuite])] = []
            var loose: [PolicySuite] = []
            for file in files {
                let sources = try PolicySource.read(path: file)
                guard let source = sources.first, sources.count == 1, PolicySuite.isSuite(source)
                else {
                    let policy = try CompiledPolicy.load(files: sources, trustDomain: trustDomain)
                    policies.append((file, policy, []))
                    continue
                }
                let suite = try PolicySuite(source, trustDomain: trustDomain)
                guard let named = suite.policyPath else {
                    loose.append(suite)
                    continue
                }
                let path = Self.path(named, besides: file)
                if let place = policies.firstIndex(where: { $0.path == path }) {
                    policies[place].suites.append(suite)
                } else {
                    let policy = try CompiledPolicy.load(path: path, trustDomain: trustDomain)
                    policies.append((path, policy, [suite]))
                }
            }
            if policies.isEmpty, let suite = loose.first {
                throw PolicyErrors(file: suite.name, message: "names no policy, and none is given")
            }
            return policies.map { ($0.policy, $0.suites + loose) }
        } catch {
            throw Failure(.failed, error.description)
        }
    }

    private static func path(_ path: String, besides file: String) -> String {
        if path.hasPrefix("/") { return path }
        let folder = (file as NSString).deletingLastPathComponent
        let plain = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        return folder.isEmpty ? plain : folder + "/" + plain
    }

    private func show(_ report: PolicyTestReport, _ policy: CompiledPolicy) {
        for result in report.results where verbose || !result.passed {
            let place = "\(result.file):\(result.line):\(result.column)"
            if result.passed {
                Terminal.print("ok    \(result.name)")
            } else {
                Terminal.print("FAIL  \(result.name)\n      at \(place)")
                Terminal.print("      expected \(result.expected)\n      got      \(result.got)")
            }
        }
        for rule in report.coverage where verbose {
            Terminal.print("rule  \(rule.rule)  \(rule.tests) tests, decides \(rule.decided)")
        }
        for rule in report.untouched where !verbose {
            Terminal.print("no test touches rule \(rule.rule) (\(rule.location))")
        }
        Terminal.print(
            "\(policy.name): \(report.passed) of \(report.results.count) tests passed, "
                + "\(report.coverage.count - report.untouched.count) of \(report.coverage.count)"
                + " rules touched")
    }

    private func encoded(_ report: PolicyTestReport, _ policy: CompiledPolicy) -> JSONValue {
        .object([
            .text("policy", policy.name), .text("digest", policy.digest),
            .init(
                name: "tests",
                value: .array(
                    report.results.map { result in
                        .object([
                            .text("name", result.name), .flag("passed", result.passed),
                            .text("file", result.file), .count("line", result.line),
                            .text("expected", result.expected), .text("got", result.got),
                        ])
                    })),
            .init(
                name: "rules",
                value: .array(
                    report.coverage.map { rule in
                        .object([
                            .text("rule", rule.rule), .text("place", rule.location.description),
                            .count("tests", rule.tests), .count("decided", rule.decided),
                        ])
                    })),
        ])
    }
}
