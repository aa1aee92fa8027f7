import ArgumentParser
import Foundation
import NIOHTTP1
import StrictJSON

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "API keys: make, list, show, rotate, revoke.",
        subcommands: [
            KeysCreate.self, KeysList.self, KeysShow.self, KeysRotate.self, KeysRevoke.self,
        ])

    /// Prints a new key: the one time that it is seen.
    static func announce(_ answer: JSONValue?, json: Bool) {
        if json { return Terminal.print(jsonText(answer)) }
        Terminal.print(answer?["key"]?.string ?? "")
        Terminal.error(
            "key \(answer?["id"]?.string ?? "?"), good until \(answer?["expiresAt"]?.string ?? "?");"
                + " it is not shown again")
    }

    static func seconds(_ text: String, of option: String) throws -> Int {
        let units = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[String($0)] }),
            let number = Int(text.dropLast()), number >= 0, number <= 1_000_000
        else { throw ValidationError("--\(option) takes a duration such as 30m, 1h or 90d") }
        return number * unit
    }
}

struct KeysCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make an API key; prints it, once.")

    @Option(help: "What the key is called.") var name: String
    @Option(
        name: .customLong("scope"), help: "A scope that policy binds roles to; may be repeated.")
    var scopes: [String] = []
    @Option(name: .customLong("cidr"), help: "A range of client addresses; may be repeated.")
    var cidrs: [String] = []
    @Option(help: "The SPIFFE ID of the client certificate that the key works with.")
    var spiffe: String?
    @Option(help: "How long it is good, as 12h or 90d.") var expires: String?
    @Option(help: "Requests a minute.") var perMinute: Int?
    @Option(help: "Requests an hour.") var perHour: Int?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(.POST, "/api-keys", body: try body())
        KeysCommand.announce(answer, json: options.json)
    }

    private func body() throws -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"name\":")
        writer.string(name)
        writer.raw(",\"scopes\":")
        writer.strings(scopes)
        writer.raw(",\"cidrs\":")
        writer.strings(cidrs)
        if let spiffe {
            writer.raw(",\"spiffeId\":")
            writer.string(spiffe)
        }
        if let expires {
            writer.raw(",\"expiresInSeconds\":")
            writer.integer(try KeysCommand.seconds(expires, of: "expires"))
        }
        writer.raw(",\"limits\":{")
        if let perMinute {
            writer.raw("\"perMinute\":")
            writer.integer(perMinute)
        }
        if let perHour {
            writer.raw(perMinute == nil ? "\"perHour\":" : ",\"perHour\":")
            writer.integer(perHour)
        }
        writer.raw("}}")
        return writer.bytes
    }
}

struct KeysList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List all API keys, without their secrets.")

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(.GET, "/api-keys")
        if options.json { return Terminal.print(jsonText(answer)) }
        Terminal.table(
            ["ID", "NAME", "OWNER", "STATE", "EXPIRES", "LAST USED"],
            elements(answer?["keys"]).map { key in
                [
                    key["id"]?.string ?? "", key["name"]?.string ?? "",
                    key["owner"]?["id"]?.string ?? "", key["state"]?.string ?? "",
                    key["expiresAt"]?.string ?? "", key["lastUsedAt"]?.string ?? "never",
                ]
            })
    }
}

struct KeysShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one API key, without its secret.")

    @Argument(help: "The key's id.") var id: String
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(.GET, "/api-keys/\(percentEncode(id))")
        if options.json { return Terminal.print(jsonText(answer)) }
        guard case .object(let members)? = answer else { return }
        Terminal.fields(
            members.map { ($0.name, $0.value.string ?? jsonText($0.value)) })
    }
}

struct KeysRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Give an API key a new secret; prints it, once.")

    @Argument(help: "The key's id.") var id: String
    @Option(help: "How long the old secret stays good, as 1h; default: not at all.")
    var grace: String?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let seconds = try grace.map { try KeysCommand.seconds($0, of: "grace") } ?? 0
        let answer = try await GatewayClient(options).send(
            .POST, "/api-keys/\(percentEncode(id))/rotate",
            body: Array("{\"graceSeconds\":\(seconds)}".utf8))
        KeysCommand.announce(answer, json: options.json)
    }
}

struct KeysRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End an API key for good, at once.")

    @Argument(help: "The key's id.") var id: String
    @OptionGroup var options: ClientOptions

    func run() async throws {
        _ = try await GatewayClient(options).send(.DELETE, "/api-keys/\(percentEncode(id))")
        if options.json { return Terminal.print("{}") }
        Terminal.print("revoked \(id)")
    }
}

struct WhoAmI: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami", abstract: "Show who the gateway takes you for, and your roles.")

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(.GET, "/auth/whoami")
        if options.json { return Terminal.print(jsonText(answer)) }
        Terminal.fields([
            ("kind", answer?["kind"]?.string ?? "?"),
            ("id", answer?["id"]?.string ?? "?"),
            ("authentication", answer?["authentication"]?.string ?? "?"),
            ("strength", answer?["strength"]?.string ?? "?"),
            (
                "roles",
                elements(answer?["roles"]).compactMap(\.string).joined(separator: ", ")
            ),
        ])
    }
}
