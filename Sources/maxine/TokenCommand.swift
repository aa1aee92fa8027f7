import ArgumentParser
import NIOHTTP1
import StrictJSON

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Join tokens for agents.", subcommands: [TokenCreate.self])
}

struct TokenCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a join token, with which one agent gets its first identity, once.")

    @Option(help: "The agent's name.") var agent: String
    @Option(help: "How long the token can be used, as 10m or 1h; default 10m.") var ttl: String?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        var writer = JSONWriter()
        writer.raw("{\"agent\":")
        writer.string(agent)
        if let ttl {
            writer.raw(",\"ttlSeconds\":")
            writer.integer(try seconds(ttl, option: "--ttl"))
        }
        writer.raw("}")
        let answer = try await GatewayClient(options).send(
            .POST, "/identity/join-tokens", body: writer.bytes)
        if options.json { return Terminal.print(jsonText(answer)) }
        Terminal.error(
            "for \(answer?["spiffeId"]?.string ?? "?"), until"
                + " \(answer?["expiresAt"]?.string ?? "?"), once")
        Terminal.print(answer?["token"]?.string ?? "")
    }
}
