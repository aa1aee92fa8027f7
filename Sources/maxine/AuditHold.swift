import ArgumentParser
import NIOHTTP1
import StrictJSON

struct AuditHold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Legal holds: records that are kept whatever the log's retention says.",
        subcommands: [HoldAdd.self, HoldList.self, HoldRemove.self])
}

struct HoldAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Have records kept, and nobody erased, until it is removed.")

    @Argument(help: "What it is called, as case-7.") var name: String
    @Option(help: "Why; it is kept in the log.") var reason: String
    @Option(help: "The first record that it is on; default: the first there is.")
    var from: UInt64?
    @Option(help: "The last record that it is on; default: all to come, too.") var to: UInt64?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(options).send(.POST, "/audit/holds", body: body())
        if options.json { return Terminal.print(json: jsonText(answer)) }
        Terminal.print("hold \(name): \(HoldList.span(answer)) are kept until it is removed")
    }

    private func body() -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"name\":")
        writer.string(name)
        writer.raw(",\"reason\":")
        writer.string(reason)
        for (member, number) in [("from", from), ("to", to)] {
            guard let number else { continue }
            writer.raw(",\"\(member)\":".utf8)
            writer.integer(number)
        }
        writer.raw("}")
        return writer.bytes
    }
}

struct HoldList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the legal holds in force.")

    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await GatewayClient(options).printList(
            "/audit/holds", of: "holds", json: options.json,
            [
                Column("NAME", "name"), Column("RECORDS") { Self.span($0) },
                Column("REASON", "reason"), Column("SINCE", "createdAt"),
            ])
    }

    /// The records that an answer says a hold is on.
    static func span(_ hold: JSONValue?) -> String {
        switch (hold?["from"]?.integer, hold?["to"]?.integer) {
        case (nil, nil): "all records"
        case (let from?, nil): "records from \(from) on"
        case (nil, let to?): "records up to \(to)"
        case (let from?, let to?): "records \(from) to \(to)"
        }
    }
}

struct HoldRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "End a legal hold.")

    @Argument(help: "Its name, as the list shows it.") var name: String
    @OptionGroup var options: ClientOptions

    func run() async throws {
        _ = try await GatewayClient(options).send(
            .DELETE, "/audit/holds/\(percentEncode(name))")
        if options.json { return Terminal.print(json: "{}") }
        Terminal.print("removed hold \(name)")
    }
}
