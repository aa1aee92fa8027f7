import ArgumentParser
import Policy
import StrictJSON

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Policy files.", subcommands: [PolicyCheckCommand.self])
}

struct PolicyCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Load policy files, run their tests, and print every error with its place.")

    @Argument(help: "Files or folders; without any, the shipped default policy.")
    var paths: [String] = []
    @Option(help: "The trust domain that {trust_domain} stands for.")
    var trustDomain = "maxine.local"
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let report = try report()
        for finding in report.findings where !json { Terminal.print(finding.description) }
        let summary =
            "\(report.policies.count) policies loaded, \(report.testsPassed) tests passed,"
            + " \(report.testsFailed) failed"
        if json { Terminal.print(json: jsonText(encoded(report))) } else { Terminal.print(summary) }
        guard !report.hasErrors else { throw Failure(.failed, "maxine: the policy has errors") }
    }

    private func report() throws -> PolicyCheckReport {
        guard paths.isEmpty else {
            return PolicyCheck.run(paths: paths, trustDomain: trustDomain)
        }
        return PolicyCheck.run(
            files: [.shipped], trustDomain: trustDomain)
    }

    private func encoded(_ report: PolicyCheckReport) -> JSONValue {
        let findings = report.findings.map { finding in
            JSONValue.object([
                .text("severity", finding.severity.rawValue), .text("file", finding.file),
                .text("line", String(finding.line)), .text("column", String(finding.column)),
                .text("message", finding.message),
            ])
        }
        return .object([.init(name: "findings", value: .array(findings))])
    }
}
