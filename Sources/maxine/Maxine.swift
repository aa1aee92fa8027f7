import ArgumentParser
import LDAP

/// The root of the command line; every command is a file of its own.
struct Maxine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maxine",
        abstract: "A zero-trust service registry gateway that proves what it did.",
        version: versionText,
        subcommands: [
            Serve.self, Init.self, Status.self, Version.self, IdentityCommand.self,
            Register.self, Heartbeat.self, Deregister.self, Discover.self, Services.self,
            AuditCommand.self, PolicyCommand.self, KeysCommand.self, TokenCommand.self,
            WhoAmICommand.self, LockCommand.self, Login.self, Logout.self, BootstrapCommand.self,
            CACommand.self, OperatorCommand.self, AuthCommand.self,
        ])
}

@main
enum Entry {
    static func main() async {
        ProcessGuards.begin()
        if DirectoryWorker.isWanted(CommandLine.arguments) { DirectoryWorker.serve() }
        do {
            var command = try Maxine.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            Terminal.error(failure.message)
            Maxine.exit(withError: ExitCode(failure.status.rawValue))
        } catch  where Maxine.exitCode(for: error) == .validationFailure {
            Terminal.error(Maxine.fullMessage(for: error) + DashedWord.hint(CommandLine.arguments))
            Maxine.exit(withError: ExitCode(ExitStatus.usage.rawValue))
        } catch {
            Maxine.exit(withError: error)
        }
    }
}
