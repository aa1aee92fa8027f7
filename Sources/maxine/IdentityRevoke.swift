import ArgumentParser
import NIOHTTP1
import StrictJSON

struct IdentityRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Take certificates their worth at once, and close what is open by them.")

    @Option(help: "One certificate, by its serial number in hexadecimal.") var serial: String?
    @Option(help: "All certificates of this SPIFFE ID that were issued until now.")
    var spiffeID: String?
    @Flag(
        help: "With --spiffe-id: issue it no further one, until it is revoked again without this.")
    var blockIssuance = false
    @Option(
        help:
            "All that an authority issued, by its key identifier in hexadecimal; with --serial, whose serial number that is."
    )
    var authority: String?
    @Option(help: "Why; it is kept in the log.") var reason: String
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let body = try body()
        let answer = try await GatewayClient(options).send(.POST, "/identity/revoke", body: body)
        if options.json { return Terminal.print(json: jsonText(answer)) }
        Terminal.print(
            "revoked \(spiffeID ?? serial ?? authority ?? "?"): \(answer?["id"]?.string ?? "?");"
                + " connections ended: \(answer?["endedConnections"]?.integer ?? 0)")
    }

    private func body() throws -> [UInt8] {
        let isOne =
            spiffeID != nil ? serial == nil && authority == nil : serial != nil || authority != nil
        guard isOne else {
            throw ValidationError(
                "name one of --serial, --spiffe-id and --authority; --authority may stand with --serial"
            )
        }
        guard !blockIssuance || spiffeID != nil else {
            throw ValidationError("--block-issuance goes with --spiffe-id")
        }
        var writer = JSONWriter()
        writer.raw("{\"reason\":")
        writer.string(reason)
        for (member, text) in [
            ("serial", serial), ("spiffeId", spiffeID), ("authority", authority),
        ] {
            guard let text else { continue }
            writer.raw(",\"\(member)\":".utf8)
            writer.string(text)
        }
        if blockIssuance { writer.raw(",\"issuance\":\"blocked\"") }
        writer.raw("}")
        return writer.bytes
    }
}
