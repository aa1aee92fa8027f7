import ArgumentParser
import NIOHTTP1
import StrictJSON

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what the gateway runs with and whether it is ready.")

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(.GET, "/status")
        if options.json { return Terminal.print(json: jsonText(answer)) }
        let faults = elements(answer?["faults"]).compactMap(\.string)
        let notes = elements(answer?["notes"]).compactMap(\.string)
        Terminal.fields([
            ("version", answer?["version"]?.string ?? "?"),
            ("trust domain", answer?["trustDomain"]?.string ?? "?"),
            ("datacenter", answer?["datacenter"]?.string ?? "?"),
            ("ready", faults.isEmpty ? "yes" : "no: " + faults.joined(separator: "; ")),
            ("to look into", notes.isEmpty ? "nothing" : notes.joined(separator: "; ")),
            ("uptime", "\(answer?["uptimeSeconds"]?.integer ?? 0) s"),
            ("policy", answer?["policy"]?["name"]?.string ?? "?"),
            ("policy digest", answer?["policy"]?["digest"]?.string ?? "?"),
            ("policy files", policyFiles(answer?["policy"])),
            ("audit records", String(answer?["audit"]?["sequence"]?.integer ?? 0)),
        ])
    }

    private func policyFiles(_ policy: JSONValue?) -> String {
        let since = policy?["since"]?.string ?? "?"
        guard let fault = policy?["fault"] else { return "in force since \(since)" }
        let (reason, begin) = (fault["reason"]?.string ?? "?", fault["since"]?.string ?? "?")
        return "NOT in force since \(begin): \(reason)"
    }
}
