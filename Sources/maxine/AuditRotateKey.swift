import ArgumentParser
import NIOHTTP1
import StrictJSON

struct AuditRotateKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-key",
        abstract:
            "Make the next key that signs the log's ends; the old one signs beside it for a while.",
        discussion: """
            Give the new line of log.vkey to whoever verifies the log, and to its witnesses, before the old key retires \
            (audit.key_overlap). --finish ends the overlap now. --compromised makes a new key and has the others sign no \
            more at once: what only they signed proves nothing any more.
            """)

    @Flag(help: "Have the old key retire now.") var finish = false
    @Flag(help: "Somebody else may have the keys.") var compromised = false
    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard !(finish && compromised) else {
            throw ValidationError("--finish and --compromised are two ways")
        }
    }

    func run() async throws {
        let path = "/audit/keys" + (finish ? "/finish" : compromised ? "/replace" : "")
        let answer = try await GatewayClient(options).send(.POST, path)
        if options.json { return Terminal.print(json: jsonText(answer)) }
        for key in elements(answer?["keys"]) { Terminal.print("signs \(key.string ?? "")") }
        if let end = answer?["overlapEnd"]?.string {
            Terminal.print("the first of them retires at \(end)")
        }
        for key in elements(answer?["retired"]) { Terminal.print("retired \(key.string ?? "")") }
    }
}
