import ArgumentParser
import NIOHTTP1
import StrictJSON

struct LockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "Locks: who or what is refused whatever the policy says.",
        subcommands: [LockAdd.self, LockList.self, LockRemove.self])

    /// What an answer says a lock is on.
    static func target(_ lock: JSONValue?) -> String {
        guard case .object(let members)? = lock?["target"], let member = members.first else {
            return "?"
        }
        return "\(member.name) \(member.value.string ?? "who is erased")"
    }
}

struct LockAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Lock somebody or something at once, and end what is open of it.")

    @Option(help: "A user, as idp/alice; alice is that of every provider.") var user: String?
    @Option(help: "An API key, by its id: the 8 characters behind mxk_.") var apiKey: String?
    @Option(help: "A role: it gives nobody anything while it is locked.") var role: String?
    @Option(help: "A service, as web or NAMESPACE/web.") var service: String?
    @Option(help: "Whoever has this SPIFFE ID, an operator for example.") var spiffe: String?
    @Option(help: "All whom a provider vouches for.") var issuer: String?
    @Option(help: "Why; it is kept in the log.") var reason: String
    @Option(help: "How long it holds, as 12h or 7d; default: until it is removed.")
    var ttl: String?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(.POST, "/locks", body: try body())
        if options.json { return Terminal.print(json: jsonText(answer)) }
        let count = answer?["endedConnections"]?.integer ?? 0
        Terminal.print(
            "locked \(LockCommand.target(answer)): \(answer?["id"]?.string ?? "?"), until"
                + " \(answer?["expiresAt"]?.string ?? "it is removed"); connections ended: \(count)"
        )
    }

    private func body() throws -> [UInt8] {
        let targets = [
            ("user", user), ("key", apiKey), ("role", role), ("service", service),
            ("spiffe", spiffe), ("issuer", issuer),
        ].compactMap { kind, name in name.map { (kind, $0) } }
        guard targets.count == 1, let (kind, name) = targets.first else {
            throw ValidationError(
                "name one of --user, --api-key, --role, --service, --spiffe and --issuer")
        }
        var writer = JSONWriter()
        writer.raw("{\"target\":{\"\(kind)\":".utf8)
        writer.string(name)
        writer.raw("},\"reason\":")
        writer.string(reason)
        if let ttl {
            writer.raw(",\"ttlSeconds\":")
            writer.integer(try DurationText.seconds(ttl, of: "--ttl"))
        }
        writer.raw("}")
        return writer.bytes
    }
}

struct LockList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the locks in force.")

    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await GatewayClient(options).printList(
            "/locks", of: "locks", json: options.json,
            [
                Column("ID", "id"), Column("TARGET") { LockCommand.target($0) },
                Column("REASON", "reason", or: "erased"), Column("SINCE", "createdAt"),
                Column("UNTIL", "expiresAt", or: "it is removed"),
            ])
    }
}

struct LockRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take a lock away.")

    @Argument(help: "The lock's id, as the list shows it.") var id: String
    @OptionGroup var options: ClientOptions

    func run() async throws {
        _ = try await GatewayClient(options).send(.DELETE, "/locks/\(percentEncode(id))")
        if options.json { return Terminal.print(json: "{}") }
        Terminal.print("removed lock \(id)")
    }
}
