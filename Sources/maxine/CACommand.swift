import ArgumentParser
import NIOHTTP1
import StrictJSON

struct CACommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca", abstract: "The authorities of the trust domain.",
        subcommands: [
            CAShow.self, CAPrepare.self, CAActivate.self, CARotate.self, CATaint.self,
            CARevoke.self, CARequest.self, CAInstall.self, CAInstallList.self, CAExportRootKey.self,
            CACompromise.self, CASeal.self,
        ])

    /// Has a step taken, and prints what it did.
    static func take(
        _ step: String, _ members: [(String, JSONValue)] = [], _ options: ClientOptions
    ) async throws {
        var writer = JSONWriter()
        writer.value(.object(members.map { JSONMember(name: $0.0, value: $0.1) }))
        let body = members.isEmpty ? nil : writer.bytes
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
            [
                "KIND", "STATE", "SINCE", "EXPIRES", "LEAVES", "AWAITS", "KEY", "CRL ENDS",
                "AUTHORITY",
            ],
            elements(answer?["authorities"]).map { authority in
                [
                    authority["kind"]?.string ?? "", authority["state"]?.string ?? "",
                    authority["since"]?.string ?? "", authority["expiresAt"]?.string ?? "",
                    authority["kind"]?.string == "root"
                        ? "-" : String(authority["leaves"]?.integer ?? 0),
                    authority["awaited"]?.integer.map { "\($0) readers" } ?? "-",
                    [authority["key"]?["kept"]?.string, authority["key"]?["name"]?.string]
                        .compactMap { $0 }.joined(separator: " "),
                    authority["crl"]?["nextUpdate"]?.string ?? "-",
                    authority["authority"]?.string ?? "",
                ]
            })
    }
}

struct CAPrepare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Make the next intermediate, or the next root; nothing is signed with it yet.")

    @Option(help: "root or intermediate.") var kind = "intermediate"
    @Flag(help: "Have the root that signs now sign the new root too, for peers that lag behind.")
    var crossSign = false
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await CACommand.take(
            "prepare",
            [("kind", .string(kind))] + (crossSign ? [("crossSign", .bool(true))] : []), options)
    }
}

struct CAActivate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate",
        abstract: "Let the prepared one sign; what the last one signed stays good.")

    @Option(help: "root or intermediate.") var kind = "intermediate"
    @Flag(help: "Do not wait for readers of the trust bundle that have not seen a root yet.")
    var force = false
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await CACommand.take(
            "activate", [("kind", .string(kind))] + (force ? [("force", .bool(true))] : []),
            options)
    }
}

struct CARotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Prepare, where nothing is prepared yet, and activate.")

    @OptionGroup var options: ClientOptions

    func run() async throws { try await CACommand.take("rotate", [], options) }
}

struct CATaint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "taint",
        abstract: "Mark an old authority as suspect; what it signed is still taken.")

    @Argument(help: "The authority, as `maxine ca show` lists it.") var authority: String
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await CACommand.take("taint", [("authority", .string(authority))], options)
    }
}

struct CARevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take nothing any more that an old authority signed.")

    @Argument(help: "The authority, as `maxine ca show` lists it.") var authority: String
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await CACommand.take("revoke", [("authority", .string(authority))], options)
    }
}
