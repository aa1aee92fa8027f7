import ArgumentParser
import NIOHTTP1
import StrictJSON

struct TokenRetireKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire-key",
        abstract:
            "Have keys of the gateway's tokens signed and verified with no more, at once: somebody else may have them.",
        discussion: "Every token that such a key signed is refused from the next request on.")

    @Argument(
        help:
            "The key's kid, as /keys of the federation listener shows it; behind -- if it begins with a dash."
    )
    var kid: String?
    @Flag(help: "All keys that there are: for a file that somebody may have read.") var all = false
    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard (kid == nil) == all else {
            throw ValidationError("name one key by its kid, or say --all")
        }
    }

    func run() async throws {
        let path = "/auth/token-keys" + (kid.map { "/\(percentEncode($0))" } ?? "")
        let answer = try await GatewayClient(options).send(.DELETE, path)
        if options.json { return Terminal.print(json: jsonText(answer)) }
        for name in elements(answer?["retired"]) { Terminal.print("retired \(name.string ?? "")") }
        Terminal.print("tokens are signed with \(answer?["signs"]?.string ?? "") now")
    }
}
