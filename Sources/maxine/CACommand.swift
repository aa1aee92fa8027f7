import ArgumentParser
import NIOHTTP1
import StrictJSON

/// Shows and rotates the authorities of the trust domain.
struct CACommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca",
        abstract: "Show, rotate, taint and revoke the trust domain's authorities.",
        subcommands: [
            Show.self, Prepare.self, Activate.self, Rotate.self, Taint.self, Revoke.self,
            Compromise.self,
        ])

    /// Lists the authorities.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the authorities, their states, and who has not seen a prepared one.")
        @OptionGroup var client: ClientOptions

        func run() async throws {
            let value = try await GatewayClient(client).send(.GET, "/ca")
            if client.json { return Terminal.print(jsonText(value)) }
            guard case .array(let authorities)? = value?["authorities"] else { return }
            Terminal.table(
                ["KIND", "STATE", "AUTHORITY", "SINCE", "EXPIRES", "WAITING FOR"],
                authorities.map { authority in
                    ["kind", "state", "authority", "since", "expires"].map {
                        authority[$0]?.string ?? ""
                    } + [CACommand.list(authority["waitingFor"])]
                })
        }
    }

    /// Makes the next authority.
    struct Prepare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make and publish the next authority; nothing is signed with it yet.")
        @OptionGroup var client: ClientOptions
        @Option(help: "root, intermediate or jwt.") var kind = "intermediate"
        @Flag(help: "Have the active root sign a new root too, for peers that lag behind.")
        var crossSign = false

        func run() async throws {
            try await CACommand.send(
                "prepare", ["kind": .string(kind), "crossSign": .bool(crossSign)], client)
        }
    }

    /// Lets the prepared authority sign.
    struct Activate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the prepared authority sign from now on.")
        @OptionGroup var client: ClientOptions
        @Option(help: "root, intermediate or jwt.") var kind = "intermediate"
        @Flag(help: "Do not wait for readers that have not seen it.") var force = false

        func run() async throws {
            try await CACommand.send(
                "activate", ["kind": .string(kind), "force": .bool(force)], client)
        }
    }

    /// Prepares and activates.
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prepare, unless one is prepared, and activate.")
        @OptionGroup var client: ClientOptions
        @Option(help: "root, intermediate or jwt.") var kind = "intermediate"
        @Flag(help: "Do not wait for readers that have not seen it.") var force = false

        func run() async throws {
            try await CACommand.send(
                "rotate", ["kind": .string(kind), "force": .bool(force)], client)
        }
    }

    /// Takes nothing any more that an authority signed.
    struct Taint: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take nothing any more that an old authority signed; connections end.")
        @OptionGroup var client: ClientOptions
        @Argument(help: "The authority's key identifier.") var authority: String
        @Flag(help: "Show what it would hit, and do nothing.") var dryRun = false

        func run() async throws {
            try await CACommand.send(
                "taint", ["authority": .string(authority), "dryRun": .bool(dryRun)], client)
        }
    }

    /// Revokes an authority or a certificate.
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke an authority, or one certificate by its serial number.")
        @OptionGroup var client: ClientOptions
        @Option(help: "The authority's key identifier.") var authority: String?
        @Option(help: "A certificate's serial number in hexadecimal.") var serial: String?

        func validate() throws {
            guard (authority == nil) != (serial == nil) else {
                throw ValidationError("name either --authority or --serial")
            }
        }

        func run() async throws {
            var members: [String: JSONValue] = [:]
            members["authority"] = authority.map { .string($0) }
            members["serial"] = serial.map { .string($0.lowercased()) }
            try await CACommand.send("revoke", members, client)
        }
    }

    /// Replaces an authority whose key is known to others.
    struct Compromise: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Replace an authority whose key is known to others, and end what stands on it.",
            discussion: """
                Without --yes it shows what would be hit and does nothing. With it, in one step: the next \
                authority is made and signs from now on, nothing of the compromised one is taken any more, its \
                connections end, and workloads have to prove themselves anew.
                """)
        @OptionGroup var client: ClientOptions
        @Argument(help: "The authority's key identifier.") var authority: String
        @Flag(help: "Do it.") var yes = false

        func run() async throws {
            try await CACommand.send(
                "compromise", ["authority": .string(authority), "dryRun": .bool(!yes)], client)
            if !yes, !client.json { Terminal.error("nothing was done; add --yes to do it") }
        }
    }
}

extension CACommand {
    fileprivate static func send(
        _ step: String, _ members: [String: JSONValue], _ client: ClientOptions
    ) async throws {
        var writer = JSONWriter()
        writer.value(
            .object(
                members.sorted { $0.key < $1.key }.map { JSONMember(name: $0.key, value: $0.value) }
            ))
        let answer = try await GatewayClient(client).send(
            .POST, "/ca/" + step, body: writer.bytes)
        if client.json { return Terminal.print(jsonText(answer)) }
        if case .bool(true)? = answer?["dryRun"] { return radius(answer) }
        guard case .object(let change)? = answer?["change"] else { return }
        Terminal.table(
            ["WHAT", "WHICH"], change.map { [$0.name, list($0.value)] })
        Terminal.print("connections ended: \(answer?["connectionsEnded"]?.integer ?? 0)")
    }

    private static func radius(_ answer: JSONValue?) {
        Terminal.print("authorities:   \(list(answer?["authorities"]))")
        Terminal.print("certificates:  \(answer?["certificates"]?.integer ?? 0)")
        Terminal.print("identities:    \(answer?["identities"]?.integer ?? 0)")
        Terminal.print("connections:   \(answer?["connections"]?.integer ?? 0)")
        Terminal.print("bundle readers: \(answer?["federatedReaders"]?.integer ?? 0)")
        guard case .object(let identities)? = answer?["byIdentity"] else { return }
        Terminal.table(
            ["IDENTITY", "CERTIFICATES"],
            identities.map { [$0.name, String($0.value.integer ?? 0)] })
    }

    fileprivate static func list(_ value: JSONValue?) -> String {
        guard case .array(let items)? = value else { return "" }
        return items.compactMap(\.string).joined(separator: " ")
    }
}
