import Foundation
import Logging

@testable import Gateway

/// A gateway in this process, put together by the same assembly, with routes and credentials of a test's own.
///
/// Its client is curl over real TLS all the same.
final class InProcessGateway: @unchecked Sendable {
    // Set by `start` before anything else is called.
    let folder: URL
    private(set) var gateway: Gateway?
    private var running: Task<Void, any Error>?

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(
            path: "maxine-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        running?.cancel()
        try? FileManager.default.removeItem(at: folder)
    }

    func start(_ additions: GatewayAdditions, policy: String? = nil) async throws {
        var configuration = GatewayConfiguration()
        if let policy {
            let path = folder.path + "/policy.yaml"
            try Data(policy.utf8).write(to: URL(filePath: path))
            configuration.policyPath = path
        }
        configuration.dataDirectory = folder.path + "/data"
        configuration.certsDirectory = folder.path + "/certs"
        let free = ListenAddress(host: "127.0.0.1", port: 0)
        configuration.listen.service = free
        configuration.listen.people = free
        configuration.listen.federation = free
        configuration.listen.metrics = free
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let gateway = try await Assembly.build(configuration, logger: logger, with: additions)
        self.gateway = gateway
        running = Task { try await gateway.run() }
    }

    func stop() async {
        running?.cancel()
        _ = try? await running?.value
    }

    func address(_ listener: ListenerKind) -> String { gateway?.address(of: listener) ?? "" }

    /// curl's arguments for one request; as the operator on the service listener.
    func arguments(
        _ listener: ListenerKind, _ path: String, method: String = "GET", headers: [String] = [],
        options: [String] = []
    ) -> [String] {
        var arguments = [
            "curl", "-sS", "-X", method, "-D", "-", "--max-time", "20", "--cacert",
            "certs/bundle.pem",
        ]
        if listener == .service {
            arguments += ["--cert", "certs/operator.pem", "--key", "certs/operator.key"]
        }
        for header in headers { arguments += ["-H", header] }
        return arguments + options + [address(listener) + path]
    }

    /// Runs curl on a thread of its own, so that the gateway's tasks go on.
    func curl(
        _ listener: ListenerKind, _ path: String, method: String = "GET", headers: [String] = [],
        options: [String] = []
    ) async throws -> GatewayProcess.Answer {
        let result = try await run(
            arguments(listener, path, method: method, headers: headers, options: options))
        return try GatewayProcess.parse(result)
    }

    func run(_ arguments: [String]) async throws -> Shell.Result {
        let folder = folder
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result { try Shell.run(arguments, directory: folder) })
            }
        }
    }

    /// The journal's record lines that hold a text.
    func records(holding text: String) throws -> [String] {
        let segments = folder.appending(path: "data/audit/segments")
        let names = try FileManager.default.contentsOfDirectory(atPath: segments.path).sorted()
        return try names.flatMap { name in
            try String(contentsOf: segments.appending(path: name), encoding: .utf8)
                .split(separator: "\n").map(String.init)
                .filter { $0.hasPrefix("{\"seq\":") && $0.contains(text) }
        }
    }

    /// Waits for a record that holds all texts.
    func awaitRecord(holding texts: String...) async throws -> String? {
        for _ in 0..<200 {
            let found = try records(holding: texts[0])
                .last { line in texts.allSatisfy { line.contains($0) } }
            if let found { return found }
            try await Task.sleep(for: .milliseconds(20))
        }
        return nil
    }
}
