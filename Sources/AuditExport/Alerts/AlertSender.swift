internal import Foundation
internal import Glibc
internal import NIOCore

/// Sends an alert to an output; each way ends within its time.
struct AlertSender: Sendable {
    let plan: AlertOutputPlan

    func send(_ alert: Alert) throws(ExportError) {
        switch plan.target {
        case .webhook(let url, let tls):
            let poster = try HTTPPoster(tls)
            defer { poster.close() }
            try poster.post(alert.json, to: url, contentType: "application/json")
        case .syslog(let endpoint):
            let message = syslog(alert)
            try SyslogSink(endpoint).send(
                ByteBuffer(string: "\(message.utf8.count) \(message)"))
        case .command(let argv, let limit): try run(argv, limit, alert.json)
        }
    }

    private func syslog(_ alert: Alert) -> String {
        let level =
            switch alert.severity {
            case .low: 5
            case .medium: 4
            case .high: 3
            case .critical: 2
            }
        let time = "\(AlertTime.text(alert.nanoseconds).prefix(26))Z"
        return "<\(13 * 8 + level)>1 \(time) \(HostName.text) maxine - alert - "
            + String(decoding: alert.json, as: UTF8.self)
    }

    /// Runs a program without a shell, its environment emptied; over its time it is killed.
    private func run(_ argv: [String], _ limit: Int, _ input: [UInt8]) throws(ExportError) {
        let process = Process()
        process.executableURL = URL(filePath: argv.first ?? "")
        process.arguments = Array(argv.dropFirst())
        process.environment = ["PATH": "/usr/bin:/bin"]
        let pipe = Pipe()
        process.standardInput = pipe
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
            // Less than a pipe holds, so that this can't block on a program that doesn't read.
            try pipe.fileHandleForWriting.write(contentsOf: Data(input.prefix(32 << 10)))
            try pipe.fileHandleForWriting.close()
        } catch {
            throw .unreachable("\(plan.name): \(error.localizedDescription)")
        }
        for _ in 0..<limit * 100 where process.isRunning { usleep(10_000) }
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            throw .unreachable("\(plan.name): still ran after \(limit) s")
        }
        guard process.terminationStatus == 0 else {
            throw .unreachable("\(plan.name): ended with \(process.terminationStatus)")
        }
    }
}
