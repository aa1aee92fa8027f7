import ArgumentParser
import Foundation
import NIOHTTP1
import Policy
import StrictJSON

struct PolicyShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the policy in force and those that were, or the files of one of them.")

    @Argument(help: "The digest, or its beginning, of a policy that was in force.")
    var digest: String?
    @OptionGroup var client: ClientOptions

    func run() async throws {
        let answer = try await GatewayClient(client).send(
            .GET, "/policy", query: [("digest", digest)])
        if client.json { return Terminal.print(jsonText(answer)) }
        if digest != nil {
            for file in elements(answer?["files"]) {
                Terminal.print("# \(file["name"]?.string ?? "?")\n\(file["text"]?.string ?? "")")
            }
            return
        }
        var fields = [
            ("name", answer?["name"]?.string ?? "?"), ("digest", answer?["digest"]?.string ?? "?"),
            ("rules", String(answer?["rules"]?.integer ?? 0)),
        ]
        if let stale = answer?["stale"]?.string { fields.append(("STALE", stale)) }
        if let pending = answer?["pending"] {
            let people = elements(pending["approvedBy"]).compactMap(\.string)
            fields.append(
                (
                    "PENDING",
                    "\(pending["digest"]?.string ?? "?") approved by "
                        + (people.isEmpty ? "nobody" : people.joined(separator: ", "))
                ))
        }
        if let glass = answer?["breakGlass"] {
            fields.append(
                (
                    "BREAK-GLASS",
                    "until \(glass["ends"]?.string ?? "?") by \(glass["by"]?.string ?? "?"): "
                        + (glass["reason"]?.string ?? "?")
                ))
        }
        Terminal.fields(fields)
        for kept in elements(answer?["kept"]).compactMap(\.string) {
            Terminal.print("kept  \(kept)")
        }
    }
}

struct PolicyApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Propose a policy to the running gateway; signatures are read from FILE.sig.")

    @Argument(help: "A policy file or folder.") var path: String
    @Option(help: "Why, for the log.") var reason: String?
    @OptionGroup var client: ClientOptions

    func run() async throws {
        var files: [JSONValue] = []
        do throws(PolicyErrors) {
            for source in try PolicySource.read(path: path) {
                var members: [JSONMember] = [
                    .text("name", (source.name as NSString).lastPathComponent),
                    .text("text", String(decoding: source.bytes, as: UTF8.self)),
                ]
                if let signature = FileManager.default.contents(atPath: source.name + ".sig") {
                    members.append(.text("signature", String(decoding: signature, as: UTF8.self)))
                }
                files.append(.object(members))
            }
        } catch {
            throw Failure(.failed, error.description)
        }
        try await change(.init(name: "files", value: .array(files)), reason, client)
    }
}

struct PolicyRollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Go back to a policy that was in force, through the same gates.")

    @Argument(help: "Its digest, or the beginning of it; 'policy show' lists them.")
    var digest: String
    @Option(help: "Why, for the log.") var reason: String?
    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await change(.text("digest", digest), reason, client)
    }
}

struct PolicyApprove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Approve a policy that waits for more people.")

    @Argument(help: "The whole digest.") var digest: String
    @Option(help: "Why, for the log.") var reason: String?
    @OptionGroup var client: ClientOptions

    func run() async throws {
        try await change(.text("approve", digest), reason, client)
    }
}

struct PolicyBreakGlass: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "break-glass",
        abstract: "Put the policy for emergencies into force for some minutes, or end it.")

    @Option(help: "For how many minutes.") var minutes: Int?
    @Option(help: "Why; it stands in the log.") var reason: String?
    @Flag(help: "End it before its time.") var end = false
    @OptionGroup var client: ClientOptions

    func run() async throws {
        if end {
            guard minutes == nil else {
                throw Failure(.usage, "maxine: give --minutes or --end, not both")
            }
            return try await change(.text("breakGlass", "end"), reason, client)
        }
        guard let minutes, let reason else {
            throw Failure(.usage, "maxine: break-glass needs --minutes and --reason")
        }
        let value = JSONValue.object([.count("minutes", minutes)])
        try await change(.init(name: "breakGlass", value: value), reason, client)
    }
}

/// Sends one change and says what became of it.
private func change(
    _ member: JSONMember, _ reason: String?, _ client: ClientOptions
) async throws {
    var members = [member]
    if let reason { members.append(.text("reason", reason)) }
    let answer = try await GatewayClient(client).send(
        .PUT, "/policy", body: Array(jsonText(.object(members)).utf8))
    if client.json { return Terminal.print(jsonText(answer)) }
    let digest = answer?["digest"]?.string ?? "?"
    switch answer?["result"]?.string {
    case "activated":
        Terminal.print("in force: \(digest)\nbefore:   \(answer?["was"]?.string ?? "?")")
    case "unchanged": Terminal.print("in force already: \(digest)")
    case "deferred":
        Terminal.print(
            "checked and kept: \(digest)\nin force when break-glass ends, "
                + (answer?["until"]?.string ?? "?"))
    case "pending":
        let people = elements(answer?["approvedBy"]).compactMap(\.string)
        Terminal.print(
            "waits for approval: \(digest)\napproved by \(people.joined(separator: ", ")), "
                + "\(answer?["needed"]?.integer ?? 0) are needed")
    default: Terminal.print(jsonText(answer))
    }
}
