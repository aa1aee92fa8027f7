import ArgumentParser
import PKI
import Text

struct OperatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "Identities of operators.",
        subcommands: [OperatorCreate.self, OperatorRenew.self])
}

struct OperatorCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract:
            "Make an operator's identity: on the gateway's own machine, or by another operator.",
        discussion: """
            NAME.pem, NAME.key (0600) and bundle.pem are written; files of the same name are replaced. Without --out it is \
            made on the gateway's own machine, by root or the gateway's user, whether or not it runs, and written to the \
            folder of certificates: so operators get in again whose certificate has ended, or was signed by an authority that \
            is revoked. With --out the running gateway is asked for it, wherever it is, by another operator. Both is in the log.
            """)

    @Argument(help: "What the operator is called.") var name: String?
    @Option(name: .customLong("name"), help: "The same.") var named: String?
    @OptionGroup var making: OperatorMaking

    func validate() throws {
        guard name == nil || named == nil else { throw ValidationError("name the operator once") }
    }

    func run() async throws { try await making.make(name ?? named ?? "operator") }
}

struct OperatorRenew: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Make an operator's identity anew that is there: as 'operator create' does.",
        discussion: """
            Says until when the last one was good, and refuses where there is none of that name in the folder.
            """)

    @Argument(help: "What the operator is called.") var name = "operator"
    @OptionGroup var making: OperatorMaking

    func run() async throws {
        let folder = try making.folder()
        do {
            guard let held = try OperatorFiles(folder).held(name) else {
                throw Failure(
                    .failed,
                    "maxine: there is no operator \(quote(name)) in \(folder); make one: maxine operator create \(Quotation.cut(name))"
                )
            }
            Terminal.error(
                "the last one is good until \(CivilTime.rfc3339(nanoseconds: held.endNanoseconds))")
        } catch let error as PKIError {
            throw Failure(.failed, "maxine: \(error.message)")
        }
        try await making.make(name)
    }
}
