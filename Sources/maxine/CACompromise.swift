import ArgumentParser
import Foundation
import Glibc
import NIOHTTP1
import StrictJSON

struct CACompromise: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compromise",
        abstract: "Replace an intermediate whose key somebody else may have, at once.",
        discussion: """
            Shows first what would be out: the authorities, the identities that hold what it signed, and the connections \
            that were opened with that. Then asks; scripts say --yes. In one step another intermediate signs where this one \
            did, nothing of it is taken any more, and its connections are closed. All who held a leaf of it need a new one.
            """)

    @Argument(help: "The authority, as `maxine ca show` lists it.") var authority: String
    @Flag(help: "Show what would be out, and do nothing.") var dryRun = false
    @Flag(help: "Do it without asking.") var yes = false
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let radius = try await GatewayClient(options).send(
            .GET, "/ca/compromise/\(percentEncode(authority))")
        if dryRun, options.json { return Terminal.print(json: jsonText(radius)) }
        if !options.json { show(radius) }
        if dryRun { return }
        guard try isWanted() else { return Terminal.error("nothing was done") }
        try await CACommand.take("compromise", [("authority", .string(authority))], options)
        guard !options.json else { return }
        Terminal.error(
            "now: have all who are listed above get new identities (maxine identity issue), and look in the log"
                + " for what they did; if the operator is among them, run maxine operator create on the"
                + " gateway's machine")
    }

    private func show(_ radius: JSONValue?) {
        let holders = elements(radius?["holders"]).compactMap(\.string)
        let below = elements(radius?["below"]).compactMap(\.string)
        let count = radius?["identities"]?.integer ?? 0
        Terminal.fields([
            ("authority", "\(radius?["kind"]?.string ?? "") \(authority)"),
            ("state", radius?["state"]?.string ?? ""),
            ("authorities below", below.isEmpty ? "none" : below.joined(separator: ", ")),
            (
                "takes its place",
                radius?["state"]?.string == "active"
                    ? radius?["successor"]?.string ?? "a new one" : "-"
            ),
            ("unended leaves", String(radius?["leaves"]?.integer ?? 0)),
            ("identities", String(count)),
            ("live connections", String(radius?["connections"]?.integer ?? 0)),
        ])
        for holder in holders { Terminal.print("  \(holder)") }
        if Int64(holders.count) < count {
            Terminal.print("  and \(count - Int64(holders.count)) more")
        }
    }

    /// Asks whoever sits there; a script has to say so itself.
    private func isWanted() throws -> Bool {
        if yes { return true }
        guard isatty(STDIN_FILENO) == 1 else {
            throw ValidationError("nobody can be asked here: add --yes to do it, or --dry-run")
        }
        Terminal.error("type the first 8 characters of the authority to go on:")
        return readLine() == String(authority.prefix(8))
    }
}
