import ArgumentParser
import Audit
import Gateway
import StrictJSON

struct OperatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "Identities of operators.",
        subcommands: [OperatorCreate.self])
}

struct OperatorCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make an operator's identity on the gateway's own machine.",
        discussion: """
            Runs with the gateway stopped, as its user. NAME.pem, NAME.key (0600) and bundle.pem are written to the \
            folder of certificates; files of the same name are replaced. It is in the log. This is how operators get \
            in again whose certificate has ended, or was signed by an authority that is revoked.
            """)

    @Option(help: "What the operator is called.") var name = "operator"
    @OptionGroup var configuration: ConfigurationOption
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let settings = try configuration.load().configuration
        let lines: [String]
        do {
            lines = try await Assembly.createOperator(settings, name: name)
        } catch AuditError.locked {
            throw Failure(
                .failed, "maxine: a gateway runs on \(settings.dataDirectory): stop it first")
        } catch {
            throw Failure(.failed, "maxine: \(sentence(of: error))")
        }
        guard json else { return lines.forEach { Terminal.print($0) } }
        var writer = JSONWriter()
        writer.raw("{\"operator\":")
        writer.string(name)
        writer.raw(",\"folder\":")
        writer.string(settings.certsDirectory)
        writer.raw("}")
        Terminal.print(json: String(decoding: writer.bytes, as: UTF8.self))
    }
}
