import ArgumentParser
import NIOHTTP1
import StrictJSON

/// The service and instance that a command is about.
struct InstanceArguments: ParsableArguments {
    @Argument(help: "The service's name.")
    var service: String

    @Option(help: "The instance's id.")
    var id: String

    @Option(help: "The namespace.")
    var namespace: String?

    var path: String {
        "/services/\(percentEncode(service))/instances/\(percentEncode(id))"
    }
}

struct Register: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Register an instance of a service, or renew its registration.")

    @OptionGroup var instance: InstanceArguments
    @Option(help: "The instance's IP address or host name.") var address: String
    @Option(help: "The instance's port.") var port: Int
    @Option(name: .customLong("tag"), help: "A tag; may be repeated.") var tags: [String] = []
    @Option(name: .customLong("meta"), help: "name=value; may be repeated.")
    var metadata: [String] = []
    @Option(name: .customLong("service-version"), help: "The version that the instance runs.")
    var serviceVersion: String?
    @Option(help: "The share of requests it gets under the weighted strategy.") var weight: Int?
    @Option(help: "The zone that the instance runs in.") var zone: String?
    @Option(help: "The region that the instance runs in.") var region: String?
    @Option(help: "How long the registration lives without a heartbeat, in seconds.")
    var ttl: Int?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(.PUT, instance.path, body: try body())
        if options.json { return Terminal.print(json: jsonText(answer)) }
        Terminal.print(
            "registered \(instance.service)/\(instance.id) at \(hostPort(address, Int64(port)))")
    }

    private func body() throws -> [UInt8] {
        var members: [JSONMember] = [.init(name: "address", value: .string(address))]
        members.append(.init(name: "port", value: try number(port)))
        if let namespace = instance.namespace { members.append(.text("namespace", namespace)) }
        if !tags.isEmpty {
            members.append(.init(name: "tags", value: .array(tags.map { .string($0) })))
        }
        if !metadata.isEmpty { members.append(.init(name: "metadata", value: try metadataValue())) }
        if let serviceVersion { members.append(.text("version", serviceVersion)) }
        if let weight { members.append(.init(name: "weight", value: try number(weight))) }
        if let zone { members.append(.text("zone", zone)) }
        if let region { members.append(.text("region", region)) }
        if let ttl { members.append(.init(name: "ttlSeconds", value: try number(ttl))) }
        var writer = JSONWriter()
        writer.value(.object(members))
        return writer.bytes
    }

    private func metadataValue() throws -> JSONValue {
        .object(
            try metadata.map { pair in
                guard let equals = pair.firstIndex(of: "=") else {
                    throw ValidationError("--meta takes name=value, got '\(pair)'")
                }
                return .text(String(pair[..<equals]), String(pair[pair.index(after: equals)...]))
            })
    }

    private func number(_ value: Int) throws -> JSONValue {
        try StrictJSON.parse(Array(String(value).utf8))
    }
}

struct Heartbeat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Renew an instance's lease.")

    @OptionGroup var instance: InstanceArguments
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(
            .POST, instance.path + "/heartbeat", query: [("namespace", instance.namespace)])
        if options.json { return Terminal.print(json: jsonText(answer)) }
        Terminal.print("renewed \(instance.service)/\(instance.id)")
    }
}

struct Deregister: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Remove an instance.")

    @OptionGroup var instance: InstanceArguments
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(
            .DELETE, instance.path, query: [("namespace", instance.namespace)])
        if options.json { return Terminal.print(json: jsonText(answer)) }
        Terminal.print("deregistered \(instance.service)/\(instance.id)")
    }
}

extension JSONMember {
    static func text(_ name: String, _ value: String) -> JSONMember {
        JSONMember(name: name, value: .string(value))
    }
}

/// The JSON of an answer as one line; `{}` where there was no body.
func jsonText(_ value: JSONValue?) -> String {
    guard let value else { return "{}" }
    var writer = JSONWriter()
    writer.value(value)
    return String(decoding: writer.bytes, as: UTF8.self)
}
