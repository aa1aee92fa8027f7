import ArgumentParser
import NIOHTTP1
import StrictJSON

struct AuditEraseSubject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase-subject",
        abstract:
            "Erase a person: the log stays as it is, and nothing tells any more who it speaks of.",
        discussion: """
            It takes two operators, neither of whom is the person. One proposes it with --user and --reason, which stays in the log \
            and must not name them. Another one confirms it with --confirm within three days: the person's key is gone then for good, \
            with their sessions and API keys.
            """)

    @Option(help: "The user to be erased, as idp/alice.") var user: String?
    @Option(help: "Why, without saying who; it stays in the log.") var reason: String?
    @Option(help: "Confirm what another operator has proposed, by its id.") var confirm: String?
    @Option(help: "Take a proposal back, by its id.") var withdraw: String?
    @Flag(help: "List what waits for a second operator.") var list = false
    @OptionGroup var options: ClientOptions

    func validate() throws {
        let ways = [user != nil, confirm != nil, withdraw != nil, list].count { $0 }
        guard ways == 1 else {
            throw ValidationError("name one of --user, --confirm, --withdraw and --list")
        }
        guard (user != nil) == (reason != nil) else {
            throw ValidationError("--user and --reason go together")
        }
    }

    func run() async throws {
        let client = try GatewayClient(options)
        if let user, let reason { return try await sendProposal(user, reason, by: client) }
        if let confirm { return try await sendConfirmation(confirm, by: client) }
        if let withdraw {
            _ = try await client.send(.DELETE, "/audit/erasures/\(percentEncode(withdraw))")
            if options.json { return Terminal.print(json: "{}") }
            return Terminal.print("proposal \(withdraw) is taken back")
        }
        try await client.printList(
            "/audit/erasures", of: "erasures", json: options.json,
            [
                Column("ID", "id"), Column("USER", "user", or: "?"), Column("REASON", "reason"),
                Column("PROPOSED BY", "proposedBy"), Column("UNTIL", "expiresAt"),
            ])
    }

    private func sendProposal(_ user: String, _ reason: String, by client: GatewayClient)
        async throws
    {
        var writer = JSONWriter()
        writer.raw("{\"user\":")
        writer.string(user)
        writer.raw(",\"reason\":")
        writer.string(reason)
        writer.raw("}")
        let answer = try await client.send(.POST, "/audit/erasures", body: writer.bytes)
        if options.json { return Terminal.print(json: jsonText(answer)) }
        let id = answer?["id"]?.string ?? "?"
        Terminal.print(
            "proposed as \(id), until \(answer?["expiresAt"]?.string ?? "?"); another operator confirms it:"
        )
        Terminal.print("  maxine audit erase-subject --confirm \(id)")
    }

    private func sendConfirmation(_ id: String, by client: GatewayClient) async throws {
        let answer = try await client.send(
            .POST, "/audit/erasures/\(percentEncode(id))/confirm")
        if options.json { return Terminal.print(json: jsonText(answer)) }
        let names = elements(answer?["pseudonyms"]).compactMap(\.string)
        Terminal.print(
            "erased: nothing tells any more who stands behind \(names.joined(separator: ", "))")
        Terminal.print(
            "sessions ended: \(elements(answer?["endedSessions"]).count), API keys removed:"
                + " \(elements(answer?["removedKeys"]).count)")
    }
}
