import ArgumentParser
import NIOHTTP1
import StrictJSON

struct Discover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask for one instance of a service.")

    @Argument(help: "The service's name.") var service: String
    @Option(help: "round-robin, random or weighted.") var strategy: String?
    @Option(help: "Only instances with this tag.") var tag: String?
    @Option(name: .customLong("service-version"), help: "Only instances of this version.")
    var serviceVersion: String?
    @Option(help: "The namespace.") var namespace: String?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(
            .GET, "/discover/\(percentEncode(service))",
            query: [
                ("strategy", strategy), ("tag", tag), ("version", serviceVersion),
                ("namespace", namespace),
            ])
        if options.json { return Terminal.print(json: jsonText(answer)) }
        let instance = answer?["instance"]
        let place = hostPort(
            instance?["address"]?.string ?? "?", instance?["port"]?.integer ?? 0)
        Terminal.print("\(place)  \(service)/\(instance?["id"]?.string ?? "?")")
    }
}

/// Host and port; an IPv6 address in brackets (RFC 5952 section 6).
func hostPort(_ host: String, _ port: Int64) -> String {
    host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
}

struct Services: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List services, or the instances of one.")

    @Argument(help: "A service; without it all are listed.") var service: String?
    @Option(help: "Only instances with this tag.") var tag: String?
    @Option(help: "The namespace.") var namespace: String?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let path = service.map { "/services/\(percentEncode($0))" } ?? "/services"
        let answer = try await GatewayClient(options).list(
            path, query: [("tag", tag), ("namespace", namespace)],
            of: service == nil ? "services" : "instances")
        if options.json { return Terminal.print(json: jsonText(answer)) }
        if service == nil { printServices(answer) } else { printInstances(answer) }
    }

    private func printServices(_ answer: JSONValue?) {
        Terminal.table(
            ["SERVICE", "NAMESPACE", "INSTANCES"],
            elements(answer?["services"]).map { service in
                [
                    service["service"]?.string ?? "?", service["namespace"]?.string ?? "?",
                    String(service["instances"]?.integer ?? 0),
                ]
            })
    }

    private func printInstances(_ answer: JSONValue?) {
        Terminal.table(
            ["ID", "ADDRESS", "PORT", "VERSION", "TAGS", "HEALTH"],
            elements(answer?["instances"]).map { instance in
                [
                    instance["id"]?.string ?? "?", instance["address"]?.string ?? "?",
                    String(instance["port"]?.integer ?? 0), instance["version"]?.string ?? "-",
                    elements(instance["tags"]).compactMap(\.string).joined(separator: ","),
                    instance["health"]?.string ?? "?",
                ]
            })
    }
}

/// The elements of an array value; none where it is no array.
func elements(_ value: JSONValue?) -> [JSONValue] {
    guard case .array(let elements) = value else { return [] }
    return elements
}
