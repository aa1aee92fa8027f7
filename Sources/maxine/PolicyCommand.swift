import ArgumentParser
import Policy

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
        let report = PolicyCheck.run(paths: paths, trustDomain: trustDomain)
        Terminal.print(json ? report.json : report.text)
        guard report.isClean else { throw Failure(.failed, "maxine: the policy has errors") }
    }
}
