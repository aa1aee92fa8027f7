import Agent
import ArgumentParser
import Foundation
import Gateway

struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Serve the SPIFFE Workload API and Envoy SDS to the processes of this machine.",
        discussion: """
            The first start needs a credential: a join token ('maxine token create'), an API key, or a \
            token of an issuer that the gateway knows. It comes from a file or the environment, never \
            from the command line, where other users could read it. From then on the agent renews its \
            own identity.
            """)

    @Option(help: "The agent's name; its identity is spiffe://<trust domain>/agent/<name>.")
    var name: String
    @Option(help: "The gateway's service listener (MAXINE_ADDR).")
    var addr: String?
    @Option(help: "The gateway's people listener, where a new agent joins.")
    var joinAddr: String?
    @Option(help: "The trust domain.") var trustDomain = "maxine.local"
    @Option(help: "The agent's folder, for its key and the trust bundles.")
    var data = "./agent"
    @Option(help: "The socket of the Workload API.")
    var socket = "/run/maxine/agent.sock"
    @Option(
        help: "The socket's permissions, octal; who may connect is no question of who gets what.")
    var socketMode = "666"
    @Option(help: "The gateway's trust bundle, PEM, for the first contact (MAXINE_CACERT).")
    var cacert: String?
    @Option(help: "A file that holds a join token (or MAXINE_JOIN_TOKEN).")
    var joinTokenFile: String?
    @Option(
        help:
            "A file that holds an API key or an issuer's token, read anew at each try (or MAXINE_TOKEN)."
    )
    var tokenFile: String?
    @Option(help: "trace, debug, info, notice, warning or error.") var logLevel = "info"

    func run() async throws {
        do {
            let configuration = try settings()
            try await Agent(configuration, logger: GatewayLog.start(level: logLevel)).run()
        } catch let error as AgentError {
            throw Failure(Self.status(of: error), "maxine: \(error)")
        }
    }

    private func settings() throws -> AgentConfiguration {
        var configuration = try AgentConfiguration(
            name: name, trustDomain: trustDomain,
            gateway: addr ?? variable("MAXINE_ADDR") ?? "https://127.0.0.1:8443",
            joinAddress: joinAddr ?? "https://127.0.0.1:8444", dataDirectory: data,
            socketPath: absolute(socket),
            bundlePath: cacert ?? variable("MAXINE_CACERT") ?? "certs/bundle.pem",
            credential: try credential())
        guard let mode = UInt32(socketMode, radix: 8), mode <= 0o777 else {
            throw ValidationError("--socket-mode takes octal permissions such as 660")
        }
        configuration.socketMode = mode
        return configuration
    }

    private func credential() throws -> JoinCredential? {
        if let joinTokenFile { return .joinToken(try secret(in: joinTokenFile)) }
        if let token = variable("MAXINE_JOIN_TOKEN") { return .joinToken(token) }
        if let tokenFile { return .bearerFile(absolute(tokenFile)) }
        return variable("MAXINE_TOKEN").map { .bearer($0) }
    }

    private func secret(in path: String) throws -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        } catch {
            throw Failure(.usage, "maxine: cannot read \(path): \(error.localizedDescription)")
        }
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    private func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func status(of error: AgentError) -> ExitStatus {
        switch error {
        case .misconfigured: .usage
        case .unreachable: .notReachable
        case .notJoined, .refused(status: 401, _): .notAuthenticated
        case .refused(status: 403, _): .refused
        case .refused, .socket, .files, .badAnswer: .failed
        }
    }
}
