import ArgumentParser
import NIOHTTP1
import Policy
import StrictJSON

struct EntryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "entry",
        abstract: "Registration entries: which process gets which identity.",
        subcommands: [EntryCreate.self, EntryList.self, EntryShow.self, EntryDelete.self])
}

struct EntryCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Give processes with all of some facts an identity.",
        discussion: """
            Selectors: unix:uid:1000, unix:user:web, unix:gid:1000, unix:group:web,
            unix:supplementary_gid:27, unix:path:/usr/bin/envoy, unix:sha256:<64 hex digits>,
            systemd:id:web.service, cgroup:path:/system.slice/web.service.
            """)

    @Option(help: "The identity, as spiffe://maxine.local/ns/default/dc/dc1/svc/web.")
    var spiffeId: String?
    @Option(help: "The service that the identity is of, instead of --spiffe-id.")
    var service: String?
    @Option(help: "The service's namespace.") var namespace = "default"
    @Option(help: "The name of the agent on the process's machine.") var agent: String
    @Option(name: .customLong("selector"), help: "What the process must have; may be given again.")
    var selectors: [String]
    @Option(help: "What tells this identity from the workload's others.") var hint: String?
    @Option(help: "The life of X509-SVIDs, as 30m or 1h.") var x509Ttl: String?
    @Option(help: "The life of JWT-SVIDs, as 5m.") var jwtTtl: String?
    @Option(help: "Another trust domain whose bundle the process gets; may be given again.")
    var federatesWith: [String] = []
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let client = GatewayClient(options)
        let answer = try await client.send(
            .POST, "/identity/entries", body: try await body(client))
        EntryPrinter(options).show(answer)
    }

    private func body(_ client: GatewayClient) async throws -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"spiffeId\":")
        writer.string(try await identity(client))
        writer.raw(",\"agent\":")
        writer.string(agent)
        writer.raw(",\"selectors\":")
        writer.strings(selectors)
        if let hint {
            writer.raw(",\"hint\":")
            writer.string(hint)
        }
        if let x509Ttl {
            writer.raw(",\"x509TtlSeconds\":")
            writer.integer(try seconds(x509Ttl, option: "--x509-ttl"))
        }
        if let jwtTtl {
            writer.raw(",\"jwtTtlSeconds\":")
            writer.integer(try seconds(jwtTtl, option: "--jwt-ttl"))
        }
        writer.raw(",\"federatesWith\":")
        writer.strings(federatesWith)
        writer.raw("}")
        return writer.bytes
    }

    private func identity(_ client: GatewayClient) async throws -> String {
        if let spiffeId { return spiffeId }
        guard let service else { throw ValidationError("give --spiffe-id or --service") }
        let status = try await client.send(.GET, "/status")
        guard let trustDomain = status?["trustDomain"]?.string,
            let datacenter = status?["datacenter"]?.string,
            let id = try? IdentityTemplate.consul.spiffeID(
                for: ServiceIdentity(
                    trustDomain: trustDomain, namespace: namespace, datacenter: datacenter,
                    service: service))
        else { throw Failure(.usage, "maxine: no identity for service '\(service)'") }
        return id.description
    }
}

struct EntryList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List entries.")

    @Option(help: "Only those of one agent.") var agent: String?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(
            .GET, "/identity/entries", query: [("agent", agent)])
        if options.json { return Terminal.print(jsonText(answer)) }
        Terminal.table(
            ["ID", "AGENT", "IDENTITY", "HINT", "SELECTORS"],
            elements(answer?["entries"]).map { entry in
                [
                    entry["id"]?.string ?? "?", entry["agent"]?.string ?? "?",
                    entry["spiffeId"]?.string ?? "?", entry["hint"]?.string ?? "",
                    elements(entry["selectors"]).compactMap(\.string).joined(separator: " "),
                ]
            })
    }
}

struct EntryShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show an entry.")

    @Argument(help: "The entry's number.") var id: String
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(
            .GET, "/identity/entries/\(percentEncode(id))")
        EntryPrinter(options).show(answer)
    }
}

struct EntryDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete an entry; its processes lose the identity at once."
    )

    @Argument(help: "The entry's number.") var id: String
    @OptionGroup var options: ClientOptions

    func run() async throws {
        _ = try await GatewayClient(options).send(
            .DELETE, "/identity/entries/\(percentEncode(id))")
        if !options.json { Terminal.print("deleted \(id)") }
    }
}

/// Prints one entry.
private struct EntryPrinter {
    let options: ClientOptions

    init(_ options: ClientOptions) {
        self.options = options
    }

    func show(_ entry: JSONValue?) {
        if options.json { return Terminal.print(jsonText(entry)) }
        Terminal.fields([
            ("id", entry?["id"]?.string ?? "?"), ("identity", entry?["spiffeId"]?.string ?? "?"),
            ("agent", entry?["agent"]?.string ?? "?"),
            (
                "selectors",
                elements(entry?["selectors"]).compactMap(\.string).joined(separator: " ")
            ),
            ("hint", entry?["hint"]?.string ?? ""),
        ])
    }
}

/// Reads a duration such as 30m, 1h or 7d.
func seconds(_ text: String, option: String) throws -> Int {
    let units = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[String($0)] }),
        let number = Int(text.dropLast()), number > 0, number <= 1_000_000
    else { throw ValidationError("\(option) takes a duration such as 30m, 1h or 7d") }
    return number * unit
}
