import ArgumentParser
import NIOHTTP1
import StrictJSON

struct WhoAmICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami",
        abstract: "Show who the gateway takes you for, by what, and where your roles come from.")

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(.GET, "/auth/whoami")
        if options.json { return Terminal.print(json: jsonText(answer)) }
        let credential = answer?["credential"]
        let words = [credential?["kind"]?.string, credential?["id"]?.string].compactMap { $0 }
        var fields = [
            ("kind", answer?["kind"]?.string ?? "?"), ("id", answer?["id"]?.string ?? "?"),
            ("provider", answer?["provider"]?.string ?? "none"),
            ("method", answer?["method"]?.string ?? "?"),
            ("strength", answer?["strength"]?.string ?? "?"),
            ("credential", words.joined(separator: " ")),
            ("issuer", credential?["issuer"]?.string ?? "none"),
            ("expires", credential?["expiresAt"]?.string ?? "never"),
        ]
        for (name, member) in [("groups", "groups"), ("scopes", "scopes")] {
            let texts = elements(answer?[member]).compactMap(\.string)
            if !texts.isEmpty { fields.append((name, texts.joined(separator: ", "))) }
        }
        let owner = answer?["owner"]
        if let owner {
            fields.append(
                ("owner", "\(owner["kind"]?.string ?? "?") \(owner["id"]?.string ?? "?")"))
        }
        Terminal.fields(fields)
        let rows = rows(answer?["roles"], of: "own") + rows(owner?["roles"], of: "owner's")
        if rows.isEmpty { return Terminal.print("no roles") }
        Terminal.table(["ROLE", "WHOSE", "FROM", "LOCK"], rows)
    }

    private func rows(_ roles: JSONValue?, of whose: String) -> [[String]] {
        elements(roles).map { role in
            let place = [role["at"]?.string, role["subject"]?.string].compactMap { $0 }
            return [
                role["role"]?.string ?? "?", whose,
                ([role["from"]?.string ?? "?"] + place).joined(separator: " "),
                role["lock"]?.string ?? "none",
            ]
        }
    }
}
