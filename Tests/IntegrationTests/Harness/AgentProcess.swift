import Foundation

/// The binary as an agent beside a gateway, on a socket of its own.
final class AgentProcess {
    let folder: URL
    private let gateway: GatewayProcess
    private(set) var process: Process?

    var socket: String { folder.appending(path: "run/agent.sock").path }
    var target: String { "unix://" + socket }

    init(_ gateway: GatewayProcess) throws {
        self.gateway = gateway
        // A Unix address is short, and the system's temporary folder may not be.
        folder = URL(filePath: "/tmp/mxa-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "run"), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755])
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: folder.path)
    }

    deinit {
        if let process, process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)
    }

    /// Starts the agent and waits for its socket; without a token it uses what it kept.
    func start(
        name: String = "node-1", token: String? = nil, bearer: String? = nil,
        options: [String] = [], waitSeconds: Double = 20
    ) throws {
        let log = folder.appending(path: "agent.log")
        try Data().write(to: log)
        let process = Process()
        process.executableURL = URL(filePath: GatewayProcess.binary)
        process.arguments =
            [
                "agent", "--name", name, "--addr", gateway.serviceAddress, "--join-addr",
                gateway.peopleAddress, "--data", folder.appending(path: "data").path, "--socket",
                socket, "--cacert", gateway.folder.appending(path: "certs/bundle.pem").path,
            ] + options
        process.environment = Shell.cleanEnvironment
        if let token { process.environment?["MAXINE_JOIN_TOKEN"] = token }
        if let bearer { process.environment?["MAXINE_TOKEN"] = bearer }
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = process.standardOutput
        try process.runWithOpenSignals()
        self.process = process
        try wait("the agent's socket", seconds: waitSeconds) {
            logText().contains("workload API on") || !process.isRunning
        }
        guard process.isRunning else {
            throw GatewayProcess.NotStarted(description: logText())
        }
    }

    /// Runs the agent until it ends by itself, for starts that are to fail.
    func runToEnd(_ arguments: [String], environment: [String: String] = [:]) throws
        -> Shell.Result
    {
        try Shell.run(
            [
                GatewayProcess.binary, "agent", "--addr", gateway.serviceAddress, "--join-addr",
                gateway.peopleAddress, "--data", folder.appending(path: "data").path, "--socket",
                socket, "--cacert", gateway.folder.appending(path: "certs/bundle.pem").path,
            ] + arguments, environment: environment, directory: folder, timeoutSeconds: 20)
    }

    func logText() -> String {
        let data = (try? Data(contentsOf: folder.appending(path: "agent.log"))) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    @discardableResult
    func stop(signal: Int32 = SIGTERM) -> Int32 {
        guard let process else { return -1 }
        kill(process.processIdentifier, signal)
        let deadline = Date().addingTimeInterval(20)
        while process.isRunning, Date() < deadline { usleep(5_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        self.process = nil
        return process.terminationStatus
    }
}

/// Waits until something holds, or says what did not.
func wait(_ what: String, seconds: Double = 10, until holds: () throws -> Bool) throws {
    let deadline = Date().addingTimeInterval(seconds)
    while Date() < deadline {
        if try holds() { return }
        usleep(20_000)
    }
    throw GatewayProcess.NotStarted(description: "waited \(seconds) s for \(what)")
}

extension GatewayProcess {
    /// A join token for an agent.
    func joinToken(_ agent: String = "node-1", ttl: String = "5m") throws -> String {
        let made = try maxine("token", "create", "--agent", agent, "--ttl", ttl)
        guard made.status == 0 else { throw NotStarted(description: made.error) }
        return made.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Makes an entry and returns its number.
    @discardableResult
    func entry(_ arguments: String..., agent: String = "node-1") throws -> String {
        let made = try Shell.run(
            [Self.binary, "entry", "create", "--agent", agent] + arguments,
            environment: ["MAXINE_ADDR": serviceAddress], directory: folder)
        guard made.status == 0, let line = made.output.split(separator: "\n").first,
            let id = line.split(separator: " ").last
        else { throw NotStarted(description: made.error) }
        return String(id)
    }
}

/// Programs in Python with packages of their own, installed once a machine.
enum WorkloadPeers {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    static let packages = [
        "grpcio==1.85.1", "grpcio-tools==1.85.1", "spiffe==0.3.2", "spiffe-tls==0.4.0",
        "h2==4.4.1",
    ]

    /// The interpreter with the peers installed; makes the environment where it is missing.
    static func interpreter() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "maxine-test-spiffe")
        let python = folder.appending(path: "bin/python").path
        let mark = folder.appending(path: "installed-1").path
        if FileManager.default.fileExists(atPath: mark) { return python }
        let script = """
            python3 -m venv '\(folder.path)' &&
            '\(folder.path)/bin/pip' -q install \(packages.joined(separator: " ")) &&
            touch '\(mark)'
            """
        let made = try Shell.run(["sh", "-c", script], timeoutSeconds: 300)
        guard made.status == 0 else {
            throw Missing(description: "the Python peers can't be installed: \(made.error)")
        }
        return python
    }

    /// Runs a script of Tests/IntegrationTests/Peers.
    static func run(
        _ script: String, _ arguments: [String], under wrapper: [String] = [],
        timeoutSeconds: Double = 60
    ) throws -> Shell.Result {
        let path = SourceRoot.url.appending(path: "Tests/IntegrationTests/Peers/\(script)").path
        return try Shell.run(
            wrapper + [try interpreter(), path] + arguments, timeoutSeconds: timeoutSeconds)
    }
}
