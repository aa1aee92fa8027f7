import Foundation

/// The built binary as a user runs it, in a folder of its own, on free ports.
final class GatewayProcess {
    struct NotStarted: Error, CustomStringConvertible {
        let description: String
    }

    /// The folder that holds configuration, data and certificates.
    let folder: URL
    private(set) var process: Process?
    private(set) var serviceAddress = ""
    private(set) var peopleAddress = ""
    private(set) var federationAddress = ""
    private(set) var metricsAddress = ""

    /// The binary under test: the one built beside the tests, or the one in MAXINE_TEST_BINARY.
    static var binary: String {
        ProcessInfo.processInfo.environment["MAXINE_TEST_BINARY"] ?? builtBinary
    }

    /// The binary that was built beside the tests.
    static var builtBinary: String {
        let bundle = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        var candidate = bundle.deletingLastPathComponent()
        for _ in 0..<4 {
            let path = candidate.appending(path: "maxine").path
            if FileManager.default.isExecutableFile(atPath: path) { return path }
            candidate = candidate.deletingLastPathComponent()
        }
        return SourceRoot.url.appending(path: ".build/debug/maxine").path
    }

    /// Makes the folder with the configuration; nothing is started yet.
    init(policy: String? = nil, configuration: String = "") throws {
        folder = FileManager.default.temporaryDirectory.appending(
            path: "maxine-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let listeners = ["service", "people", "federation", "metrics"]
            .map { "\($0): \"127.0.0.1:0\"" }.joined(separator: ", ")
        var text = "listen: { \(listeners) }\n" + configuration
        if let policy {
            try Data(policy.utf8).write(to: folder.appending(path: "policy.yaml"))
            text += "policy: ./policy.yaml\n"
        }
        try Data(text.utf8).write(to: folder.appending(path: "maxine.yaml"))
    }

    deinit {
        if let process, process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: folder)
    }

    /// Starts the gateway, optionally under another program such as strace, and waits for its ports.
    func start(under wrapper: [String] = [], waitSeconds: Double = 30) throws {
        let log = folder.appending(path: "serve.log")
        try Data().write(to: log)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = wrapper + [Self.binary, "serve", "--config", "maxine.yaml"]
        process.environment = Shell.cleanEnvironment
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = process.standardOutput
        try process.runWithOpenSignals()
        self.process = process
        let deadline = Date().addingTimeInterval(waitSeconds)
        while Date() < deadline {
            let text = logText()
            if let service = Self.address(after: "service listener on ", in: text),
                let people = Self.address(after: "people listener on ", in: text),
                let federation = Self.address(after: "federation listener on ", in: text),
                let metrics = Self.address(after: "metrics listener on ", in: text)
            {
                peopleAddress = people
                federationAddress = federation
                serviceAddress = service
                metricsAddress = metrics
                return
            }
            guard process.isRunning else { break }
            usleep(10_000)
        }
        throw NotStarted(description: logText())
    }

    /// What the gateway has logged since its start.
    func logText() -> String {
        let data = (try? Data(contentsOf: folder.appending(path: "serve.log"))) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    /// Ends it at once, as a crash does.
    func crash() {
        guard let process else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        self.process = nil
    }

    /// Sends it a signal.
    func signal(_ number: Int32) throws {
        guard let process else { throw NotStarted(description: "it is not running") }
        kill(process.processIdentifier, number)
    }

    /// Asks it to stop and waits; returns the exit status.
    @discardableResult
    func stop(waitSeconds: Double = 20) -> Int32 {
        guard let process else { return -1 }
        kill(process.processIdentifier, SIGTERM)
        let deadline = Date().addingTimeInterval(waitSeconds)
        while process.isRunning, Date() < deadline { usleep(5_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        self.process = nil
        return process.terminationStatus
    }

    /// Runs a client command of the binary with the operator's credentials.
    func maxine(_ arguments: String..., timeoutSeconds: Double = 30) throws -> Shell.Result {
        try Shell.run(
            [Self.binary] + arguments, environment: ["MAXINE_ADDR": serviceAddress],
            directory: folder, timeoutSeconds: timeoutSeconds)
    }

    /// Runs a client command with the credentials that `identity issue` wrote to a folder.
    func maxine(as identity: String, _ arguments: String...) throws -> Shell.Result {
        try Shell.run(
            [Self.binary] + arguments,
            environment: [
                "MAXINE_ADDR": serviceAddress, "MAXINE_CERT": "\(identity)/svid.pem",
                "MAXINE_KEY": "\(identity)/svid.key", "MAXINE_CACERT": "\(identity)/bundle.pem",
            ], directory: folder)
    }

    /// The journal's record lines, in order.
    func records() throws -> [String] {
        let segments = folder.appending(path: "data/audit/segments")
        let names = try FileManager.default.contentsOfDirectory(atPath: segments.path).sorted()
        return try names.flatMap { name in
            try String(contentsOf: segments.appending(path: name), encoding: .utf8)
                .split(separator: "\n").map(String.init).filter { $0.hasPrefix("{\"seq\":") }
        }
    }

    private static func address(after words: String, in text: String) -> String? {
        let line = text.split(separator: "\n").last {
            $0.contains(words) && $0.contains(" notice ")
        }
        guard text.hasSuffix("\n"), let line, let start = line.range(of: words) else { return nil }
        return String(line[start.upperBound...])
    }
}

enum SourceRoot {
    static let url = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
