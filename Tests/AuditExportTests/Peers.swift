import Foundation
import Support

/// Programs that nobody here wrote, installed where they are missing.
enum Peers {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    struct Result {
        let status: Int32
        let output: String
        let error: String
    }

    /// A Python that has the packages of requirements-oracles.txt.
    static func python() throws -> String {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let script = folder.appending(path: "scripts/oracles.sh").path
        let result = try run(["bash", script], seconds: 300)
        guard result.status == 0, let path = result.output.split(separator: "\n").last else {
            throw Missing(description: "no oracles: \(result.error)")
        }
        return String(path)
    }

    static func need(_ program: String, package: String) throws {
        if try run(["sh", "-c", "command -v \(program)"]).status == 0 { return }
        _ = try run(
            ["sh", "-c", "apt-get update -qq && apt-get install -y -qq \(package)"], seconds: 300)
        guard try run(["sh", "-c", "command -v \(program)"]).status == 0 else {
            throw Missing(description: "\(program) is missing: apt-get install \(package)")
        }
    }

    static func run(_ arguments: [String], seconds: Double = 120) throws -> Result {
        let process = ChildProcess()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = try ["out", "err"].map { name in
            let file = folder.appending(path: name)
            try Data().write(to: file)
            return file
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        try process.run()
        let deadline = Date().addingTimeInterval(seconds)
        while process.isRunning, Date() < deadline { usleep(5_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus,
            output: String(decoding: try Data(contentsOf: files[0]), as: UTF8.self),
            error: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self))
    }
}
