import Foundation
import Support
import Testing

/// The commands that docs/credentials.md tells people to type.
struct PageCommands {
    /// Those of a section, in order.
    static func of(section: String) throws -> [String] {
        let page = try String(
            contentsOf: SourceRoot.url.appending(path: "docs/credentials.md"), encoding: .utf8)
        let text = try #require(
            page.components(separatedBy: "\n## ").first { $0.hasPrefix(section + "\n") })
        return text.split(separator: "\n").filter { $0.hasPrefix("    ") }
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { $0.contains(#/^(maxine|curl|MAXINE_TOKEN=)/#) }
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
        ]
    }

    /// Gives a variable of the page a value.
    mutating func set(_ name: String, _ value: String) { environment[name] = value }

    /// Types one command.
    func run(_ command: String) throws -> Shell.Result {
        let line = command.replacing("https://127.0.0.1:8443", with: gateway.serviceAddress)
            .replacing("https://127.0.0.1:8444", with: gateway.peopleAddress)
            .replacing("https://127.0.0.1:8445", with: gateway.federationAddress)
        return try Shell.run(
            ["sh", "-c", line], environment: environment, directory: gateway.folder)
    }
}
