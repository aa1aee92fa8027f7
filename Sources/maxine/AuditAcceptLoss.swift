import ArgumentParser
import Audit
import Gateway
import StrictJSON

struct AuditAcceptLoss: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept-loss",
        abstract: "Go on without records of the log that are lost for good.",
        discussion: """
            Runs on the gateway's machine, with the gateway stopped. The loss is written into the log: which
            records, the last tree root that was known, and the reason; `maxine audit verify` shows it ever
            after. Registrations, keys and certificates stay as they are.
            """)

    @Option(help: "What happened to the log; it is recorded.") var reason: String
    @OptionGroup var configuration: ConfigurationOption
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard !reason.allSatisfy(\.isWhitespace) else {
            throw ValidationError("--reason takes a text that says what happened")
        }
    }

    func run() throws {
        let settings = try configuration.load().configuration
        do {
            show(try Assembly.acceptLoss(settings, reason: reason))
        } catch let error as AuditError {
            switch error {
            case .damaged: throw Failure(.verificationFailed, "\(error)")
            case .locked: throw Failure(.failed, "maxine: \(error): stop the gateway first")
            default: throw Failure(.failed, "maxine: \(sentence(of: error))")
            }
        } catch {
            throw Failure(.failed, "maxine: \(sentence(of: error))")
        }
    }

    private func show(_ loss: LogLoss?) {
        if json {
            var writer = JSONWriter()
            writer.raw("{\"lost\":")
            let lost = loss.map { "{\"from\":\($0.from),\"to\":\($0.to)}" } ?? "null"
            writer.raw(lost.utf8)
            writer.raw("}")
            return Terminal.print(json: String(decoding: writer.bytes, as: UTF8.self))
        }
        guard let loss else {
            return Terminal.print(
                "nothing to do: the log holds all that is known to have been written")
        }
        Terminal.print("recorded: \(loss.description)")
        Terminal.print("the gateway may be started again")
    }
}
