import ArgumentParser
import Auth
import NIOHTTP1
import StrictJSON

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "API keys.",
        subcommands: [
            KeysCreate.self, KeysList.self, KeysShow.self, KeysRotate.self, KeysRevoke.self,
            KeysCheck.self,
        ])

    /// Prints a new secret, the one time that it is seen: alone on stdout, so that scripts take it as it is.
    static func announce(_ answer: JSONValue?, json: Bool) {
        if json { return Terminal.print(json: jsonText(answer)) }
        Terminal.print(answer?["key"]?.string ?? "")
        let grace = answer?["graceEndsAt"]?.string.map { "; the last one ends \($0)" } ?? ""
        Terminal.error(
            "API key \(answer?["id"]?.string ?? "?"), good until"
                + " \(answer?["expiresAt"]?.string ?? "?")\(grace); it is not shown again")
    }
}

struct KeysCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make an API key of yours; prints it, once.")

    @Option(help: "What the key is called.") var name: String?
    @Option(
        name: .customLong("scope"),
        help: "A scope that the policy binds roles to; may be repeated.")
    var scopes: [String]
    @Option(help: "How long it is good, as 12h or 90d; default: 90d.") var ttl: String?
    @Option(help: "When it begins to be good, as 2026-12-01T08:00:00Z; default: now.")
    var notBefore: String?
    @Option(
        name: .customLong("cidr"),
        help: "Client addresses that it works from, as 10.0.0.0/8; may be repeated.")
    var ranges: [String] = []
    @Option(help: "The SPIFFE ID of the client certificate that it works beside.")
    var spiffeId: String?
    @Option(help: "Requests a minute.") var perMinute: Int?
    @Option(help: "Requests an hour.") var perHour: Int?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(.POST, "/api-keys", body: try body())
        KeysCommand.announce(answer, json: options.json)
    }

    private func body() throws -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"scopes\":")
        writer.strings(scopes)
        writer.raw(",\"cidrs\":")
        writer.strings(ranges)
        for (member, text) in [("name", name), ("notBefore", notBefore), ("spiffeId", spiffeId)] {
            guard let text else { continue }
            writer.raw(",\"\(member)\":".utf8)
            writer.string(text)
        }
        if let ttl {
            writer.raw(",\"ttlSeconds\":")
            writer.integer(try DurationText.seconds(ttl, of: "--ttl"))
        }
        let limits = [("perMinute", perMinute), ("perHour", perHour)].compactMap { name, limit in
            limit.map { "\"\(name)\":\($0)" }
        }
        if !limits.isEmpty {
            writer.raw(",\"limits\":{\(limits.joined(separator: ","))}".utf8)
        }
        writer.raw("}")
        return writer.bytes
    }
}

struct KeysList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List all API keys, without their secrets.")

    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await GatewayClient(options).printList(
            "/api-keys", of: "keys", json: options.json,
            [
                Column("ID", "id"), Column("NAME", "name"),
                Column("OWNER") { $0["owner"]?["id"]?.string ?? "" },
                Column("SCOPES") {
                    elements($0["scopes"]).compactMap(\.string).joined(separator: ",")
                },
                Column("STATE", "state"), Column("EXPIRES", "expiresAt"),
                Column("LAST USED", "lastUsedAt", or: "never"),
            ])
    }
}

struct KeysShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one API key, without its secret.")

    @Argument(help: "The key's id: the 8 characters behind mxk_.") var id: String
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(.GET, "/api-keys/\(try keyPath(id))")
        if options.json { return Terminal.print(json: jsonText(answer)) }
        guard case .object(let members)? = answer else { return }
        Terminal.fields(members.map { ($0.name, text(of: $0.value)) })
    }

    private func text(of value: JSONValue) -> String {
        if let text = value.string { return text }
        if case .array(let elements) = value {
            return elements.isEmpty ? "none" : elements.compactMap(\.string).joined(separator: ", ")
        }
        return jsonText(value)
    }
}

struct KeysRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Give an API key of yours a new secret; prints the whole key, once.")

    @Argument(help: "The key's id: the 8 characters behind mxk_.") var id: String
    @Option(help: "How long the last secret stays good, as 0s or 1d; default: 1h.")
    var grace: String?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let seconds = try grace.map { try DurationText.seconds($0, of: "--grace", from: 0) }
        let answer = try await GatewayClient(options).send(
            .POST, "/api-keys/\(try keyPath(id))/rotate",
            body: seconds.map { Array("{\"graceSeconds\":\($0)}".utf8) })
        KeysCommand.announce(answer, json: options.json)
    }
}

struct KeysRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End an API key for good, at once.")

    @Argument(help: "The key's id: the 8 characters behind mxk_.") var id: String
    @OptionGroup var options: ClientOptions

    func run() async throws {
        _ = try await GatewayClient(options).send(.DELETE, "/api-keys/\(try keyPath(id))")
        if options.json { return Terminal.print(json: "{}") }
        Terminal.print("revoked API key \(id)")
    }
}

/// An id as it stands in a path; a whole key is refused before it gets anywhere.
private func keyPath(_ id: String) throws -> String {
    guard APIKeyText.isID(id) else {
        throw ValidationError(
            "an API key's id is the \(APIKeyText.idCount) letters and digits behind mxk_")
    }
    return id
}
