package import Foundation

/// The built binary as a user runs it, in a folder of its own, on free ports.
package final class GatewayProcess: ServedGateway {
    package typealias NotStarted = TestFault
    package typealias Answer = CurlAnswer

    private let files: TestFolder
    package private(set) var process: ChildProcess?
    package private(set) var serviceAddress = ""
    package private(set) var metricsAddress = ""
    package private(set) var peopleAddress = ""
    package private(set) var federationAddress = ""
    package private(set) var revocationAddress = ""

    /// The binary under test: the one built beside the tests, or the one in MAXINE_TEST_BINARY.
    package static var binary: String {
        ProcessInfo.processInfo.environment["MAXINE_TEST_BINARY"] ?? builtBinary
    }

    /// The binary that was built beside the tests.
    package static var builtBinary: String {
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
    package init(policy: String? = nil, configuration: String = "", listen: String = "") throws {
        files = try TestFolder()
        var text =
            "listen: { service: \"127.0.0.1:0\", metrics: \"127.0.0.1:0\"\(listen) }\n"
            + configuration
        if let policy {
            try files.write(policy, to: "policy.yaml")
            text += "policy: ./policy.yaml\n"
        }
        try files.write(text, to: "maxine.yaml")
    }

    /// Makes the folder and starts it.
    package static func started(
        policy: String? = nil, configuration: String = ""
    ) throws -> GatewayProcess {
        let gateway = try GatewayProcess(policy: policy, configuration: configuration)
        try gateway.start()
        return gateway
    }

    deinit {
        process?.signal(SIGKILL)
    }

    /// The folder that holds configuration, data and certificates.
    package var folder: URL { files.url }

    /// Starts the gateway, optionally under another program such as strace, and waits for its ports.
    package func start(under wrapper: [String] = [], waitSeconds: Double = 30) throws {
        let log = folder.appending(path: "serve.log")
        try Data().write(to: log)
        let process = try ChildProcess(
            wrapper + [Self.binary, "serve", "--config", "maxine.yaml"], directory: folder,
            output: .file(log.path), error: .file(log.path))
        self.process = process
        let deadline = Date().addingTimeInterval(waitSeconds)
        while Date() < deadline {
            let text = logText()
            if let service = Self.address(after: "service listener on ", in: text),
                let metrics = Self.address(after: "metrics listener on ", in: text)
            {
                serviceAddress = service
                metricsAddress = metrics
                peopleAddress = Self.address(after: "people listener on ", in: text) ?? ""
                federationAddress = Self.address(after: "federation listener on ", in: text) ?? ""
                revocationAddress = Self.address(after: "revocation listener on ", in: text) ?? ""
                return
            }
            guard process.isRunning else { break }
            usleep(10_000)
        }
        throw NotStarted(description: logText())
    }

    /// Ends it at once, as a crash does.
    package func crash() {
        process?.status(within: 0)
        process = nil
    }

    /// Sends it a signal.
    package func signal(_ number: Int32) throws {
        guard let process else { throw NotStarted(description: "it is not running") }
        process.signal(number)
    }

    /// Asks it to stop and waits; returns the exit status.
    @discardableResult
    package func stop(waitSeconds: Double = 20) -> Int32 {
        guard let process else { return -1 }
        process.signal(SIGTERM)
        self.process = nil
        return process.status(within: waitSeconds)
    }

    /// Runs a client command of the binary with the operator's credentials.
    package func maxine(_ arguments: String..., timeoutSeconds: Double = 30) throws -> Shell.Result
    {
        try maxine(arguments, timeoutSeconds: timeoutSeconds)
    }

    /// The same with the arguments as a list.
    package func maxine(_ arguments: [String], timeoutSeconds: Double = 30) throws -> Shell.Result {
        try Shell.run(
            [Self.binary] + arguments, environment: ["MAXINE_ADDR": serviceAddress],
            directory: folder, timeoutSeconds: timeoutSeconds)
    }

    /// Runs a client command with the credentials that `identity issue` wrote to a folder.
    package func maxine(as identity: String, _ arguments: String...) throws -> Shell.Result {
        try Shell.run(
            [Self.binary] + arguments,
            environment: [
                "MAXINE_ADDR": serviceAddress, "MAXINE_CERT": "\(identity)/svid.pem",
                "MAXINE_KEY": "\(identity)/svid.key", "MAXINE_CACERT": "\(identity)/bundle.pem",
            ], directory: folder)
    }

    private static func address(after words: String, in text: String) -> String? {
        let line = text.split(separator: "\n").last {
            $0.contains(words) && $0.contains(" notice ")
        }
        guard text.hasSuffix("\n"), let line, let start = line.range(of: words) else { return nil }
        return String(line[start.upperBound...])
    }
}

package enum SourceRoot {
    package static let url = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
