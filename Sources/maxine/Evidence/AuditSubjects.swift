import ArgumentParser
import Audit
import Foundation
import NIOHTTP1
import StrictJSON

struct AuditEraseSubject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase-subject",
        abstract: "Erase a person from the log for good; every proof stays valid.",
        discussion: "Destroys the key of what records say of the person. A legal hold forbids it.")

    @OptionGroup var options: ClientOptions
    @Argument(help: "The person's identifier, as it signs on.") var id: String
    @Option(help: "The principal's kind.") var kind: String = "user"

    func run() async throws {
        let body = jsonText(.object([.text("kind", kind), .text("id", id)]))
        let answer = try await GatewayClient(options).send(
            .POST, "/audit/erase-subject", body: Array(body.utf8))
        if options.json, let answer { return Terminal.print(jsonText(answer)) }
        Terminal.print("erased \(answer?["erased"]?.string ?? "?")")
    }
}

struct AuditHold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Legal holds: while one stands, nothing that it covers is erased or removed.",
        subcommands: [Place.self, Lift.self, List.self], defaultSubcommand: List.self)

    struct Place: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "place", abstract: "Put a hold in force.")

        @OptionGroup var options: ClientOptions
        @Argument(help: "The hold's name, such as a case number.") var name: String
        @Option(help: "Why, one line.") var reason: String
        @Option(help: "A person's pseudonym; without it the hold covers everything.")
        var subject: String?

        func run() async throws {
            var members = [JSONMember.text("reason", reason)]
            if let subject { members.append(.text("subject", subject)) }
            _ = try await GatewayClient(options).send(
                .PUT, "/audit/holds/\(percentEncode(name))",
                body: Array(jsonText(.object(members)).utf8))
            Terminal.print("hold \(name) is in force")
        }
    }

    struct Lift: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "lift", abstract: "End a hold.")

        @OptionGroup var options: ClientOptions
        @Argument(help: "The hold's name.") var name: String

        func run() async throws {
            _ = try await GatewayClient(options).send(
                .DELETE, "/audit/holds/\(percentEncode(name))")
            Terminal.print("hold \(name) is lifted")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the holds in force.")

        @OptionGroup var options: ClientOptions

        func run() async throws {
            let answer = try await GatewayClient(options).send(.GET, "/audit/holds")
            if options.json, let answer { return Terminal.print(jsonText(answer)) }
            guard case .array(let holds) = answer?["holds"] else { return }
            let rows: [[String]] = holds.map { hold -> [String] in
                let name: String = hold["name"]?.string ?? ""
                let subject: String = hold["subject"]?.string ?? "all"
                let reason: String = hold["reason"]?.string ?? ""
                return [name, subject, reason]
            }
            Terminal.table(["NAME", "SUBJECT", "REASON"], rows)
        }
    }
}
