package import Foundation

/// Runs other programs and keeps what they printed.
package enum Shell {
    package struct Result: Sendable {
        package let status: Int32
        package let output: String
        package let error: String
    }

    /// Runs a program found on PATH, with the standard input given, until it ends or the time is up.
    package static func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:],
        directory: URL? = nil, timeoutSeconds: Double = 30
    ) throws -> Result {
        let folder = try TestFolder()
        for name in ["in", "out", "err"] { try folder.write(name == "in" ? input : "", to: name) }
        let process = try ChildProcess(
            arguments, environment: cleanEnvironment.merging(environment) { $1 },
            directory: directory, input: .file(folder.path("in")),
            output: .file(folder.path("out")), error: .file(folder.path("err")))
        return Result(
            status: process.status(within: timeoutSeconds),
            output: String(decoding: try folder.bytes("out"), as: UTF8.self),
            error: String(decoding: try folder.bytes("err"), as: UTF8.self))
    }

    /// The same on a thread of its own, for tests whose gateway lives in this process: none of its threads waits.
    package static func run(
        aside arguments: [String], input: String = "", directory: URL? = nil,
        timeoutSeconds: Double = 30
    ) async throws -> Result {
        try await aside {
            try run(
                arguments, input: input, directory: directory, timeoutSeconds: timeoutSeconds)
        }
    }

    /// Does what blocks on a thread of its own.
    package static func aside<R: Sendable>(
        _ body: @escaping @Sendable () throws -> R
    ) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Swift.Result(catching: body)) }
        }
    }

    /// Whether a program is on PATH.
    package static func has(_ program: String) -> Bool {
        (try? run(["sh", "-c", "command -v \(program)"]).status) == 0
    }

    /// The environment without variables of ours that a developer may have set.
    package static let cleanEnvironment = ProcessInfo.processInfo.environment.filter {
        !$0.key.hasPrefix("MAXINE_")
    }
}
