import Foundation
import Support
import Testing

/// The commands that docs/credentials.md tells people to type.
struct PageCommands {
    /// Those of each section, in order; sections without any are left out.
    static func all() throws -> [String: [String]] {
        let page = try String(
            contentsOf: SourceRoot.url.appending(path: "docs/credentials.md"), encoding: .utf8)
        let sections = page.components(separatedBy: "\n## ").map { section in
            let lines = section.split(separator: "\n")
            return (String(lines.first ?? ""), commands(of: lines))
        }
        return Dictionary(sections.filter { !$0.1.isEmpty }, uniquingKeysWith: +)
    }

    private static func commands(of lines: [Substring]) -> [String] {
        lines.filter { $0.hasPrefix("    ") }.map { line in
            let text = line.trimmingCharacters(in: .whitespaces)
            return text.hasPrefix("$ ") ? String(text.dropFirst(2)) : text
        }.filter { $0.contains(#/^(maxine|curl|MAXINE_TOKEN=)/#) }
    }

    private let gateway: GatewayProcess
    private var environment: [String: String]

    /// Has `maxine` mean the binary under test.
    init(_ gateway: GatewayProcess) throws {
        self.gateway = gateway
        let tools = gateway.folder.appending(path: "tools")
        try FileManager.default.createDirectory(at: tools, withIntermediateDirectories: true)
        try? FileManager.default.createSymbolicLink(
            atPath: tools.path + "/maxine", withDestinationPath: GatewayProcess.binary)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        environment = [
            "MAXINE_ADDR": gateway.serviceAddress, "PATH": tools.path + ":" + path,
            "MAXINE_SESSION": gateway.folder.path + "/home/session",
        ]
    }

    /// Gives a variable of the page a value.
    mutating func set(_ name: String, _ value: String) { environment[name] = value }

    /// Types one command, with the places of this machine for those of the page.
    func run(_ command: String) throws -> Shell.Result {
        let places = [
            ("https://127.0.0.1:8443", gateway.serviceAddress),
            ("https://127.0.0.1:8444", gateway.peopleAddress),
            ("https://127.0.0.1:8445", gateway.federationAddress),
            ("https://maxine.example.org:8444", gateway.peopleAddress),
            ("/var/run/secrets/maxine/token", "pod.token"), (" bundle.pem", " certs/bundle.pem"),
            ("/run/identity", "identity"),
        ]
        let line = places.reduce(command) { $0.replacing($1.0, with: $1.1) }
        return try Shell.run(
            ["sh", "-c", line], environment: environment, directory: gateway.folder)
    }
}
