import ArgumentParser
import NIOHTTP1
import StrictJSON

struct CACommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca", abstract: "The authorities of the trust domain.",
        subcommands: [
            CAShow.self, CAPrepare.self, CAActivate.self, CARotate.self, CATaint.self,
            CARevoke.self,
        ])

    /// Has a step taken, and prints what it did.
    static func take(_ step: String, of authority: String? = nil, _ options: ClientOptions)
        async throws
    {
        let body = authority.map { keyID in
            var writer = JSONWriter()
            writer.raw("{\"authority\":")
            writer.string(keyID)
            writer.raw("}")
            return writer.bytes
        }
        let answer = try await GatewayClient(options).send(.POST, "/ca/\(step)", body: body)
        if options.json { return Terminal.print(json: jsonText(answer)) }
        guard case .object(let members)? = answer else { return }
        for member in members where member.name != "step" {
            for keyID in elements(member.value).compactMap(\.string) {
                Terminal.print("\(member.name): \(keyID)")
            }
        }
    }
}

struct CAShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "List the authorities: where each stands, when it ends, and what it has signed.")

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(.GET, "/ca")
        if options.json { return Terminal.print(json: jsonText(answer)) }
        Terminal.table(
            ["KIND", "STATE", "SINCE", "EXPIRES", "LEAVES", "AUTHORITY"],
            elements(answer?["authorities"]).map { authority in
                [
                    authority["kind"]?.string ?? "", authority["state"]?.string ?? "",
                    authority["since"]?.string ?? "", authority["expiresAt"]?.string ?? "",
                    authority["kind"]?.string == "root"
                        ? "-" : String(authority["leaves"]?.integer ?? 0),
                    authority["authority"]?.string ?? "",
                ]
            })
    }
}

struct CAPrepare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Make the next intermediate; nothing is signed with it yet.")

    @OptionGroup var options: ClientOptions

    func run() async throws { try await CACommand.take("prepare", options) }
}

struct CAActivate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate",
        abstract: "Let the prepared intermediate sign; what the last one signed stays good.")

    @OptionGroup var options: ClientOptions

    func run() async throws { try await CACommand.take("activate", options) }
}

struct CARotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Prepare, where nothing is prepared yet, and activate.")

    @OptionGroup var options: ClientOptions

    func run() async throws { try await CACommand.take("rotate", options) }
}

struct CATaint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "taint",
        abstract: "Mark an old authority as suspect; what it signed is still taken.")

    @Argument(help: "The authority, as `maxine ca show` lists it.") var authority: String
    @OptionGroup var options: ClientOptions

    func run() async throws { try await CACommand.take("taint", of: authority, options) }
}

struct CARevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take nothing any more that an old authority signed.")

    @Argument(help: "The authority, as `maxine ca show` lists it.") var authority: String
    @OptionGroup var options: ClientOptions

    func run() async throws { try await CACommand.take("revoke", of: authority, options) }
}
