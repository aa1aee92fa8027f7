import ArgumentParser
import Audit
import Foundation
import Gateway
import StrictJSON

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The audit log.",
        subcommands: [AuditVerify.self, AuditTail.self, AuditAcceptLoss.self])
}

/// The folder of the log: named, or the configuration's.
struct AuditDirectory: ParsableArguments {
    @Option(help: "The audit folder; default: the configuration's.") var dir: String?
    @OptionGroup var configuration: ConfigurationOption

    func path() throws -> String {
        if let dir { return dir }
        return try configuration.load().configuration.auditDirectory
    }
}

struct AuditVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every record against the tree roots, offline; exit 6 names the damage.")

    @OptionGroup var directory: AuditDirectory
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        switch LogVerifier.verify(directory: try directory.path()) {
        case .success(let report): show(report)
        case .failure(let damage):
            if json {
                Terminal.print(
                    json: jsonText(
                        .object([
                            .text("file", damage.file), .text("line", String(damage.line)),
                            .text("reason", damage.reason),
                        ])))
            }
            guard !damage.isUnread else {
                throw Failure(.failed, "maxine: \(damage.file): \(damage.reason)")
            }
            throw Failure(.verificationFailed, "\(damage.file):\(damage.line): \(damage.reason)")
        }
    }

    private func show(_ report: VerifyReport) {
        for warning in report.warnings { Terminal.error("maxine: warning: \(warning)") }
        if json {
            var writer = JSONWriter()
            writer.raw("{\"records\":")
            writer.integer(report.records)
            writer.raw(",\"segments\":")
            writer.integer(report.segments)
            writer.raw(",\"root\":")
            writer.string(report.root.base64)
            writer.raw(",\"losses\":[")
            for (index, loss) in report.losses.enumerated() {
                if index > 0 { writer.raw(",") }
                write(loss, to: &writer)
            }
            writer.raw("]}")
            return Terminal.print(json: String(decoding: writer.bytes, as: UTF8.self))
        }
        Terminal.print(
            "\(report.records) records in \(report.segments) segments, tree root \(report.root.base64)"
        )
        Terminal.print(
            "not checkable without an anchor: whether newest records were cut off at the end")
        for loss in report.losses { Terminal.print(loss.description) }
    }

    private func write(_ loss: AcceptedLoss, to writer: inout JSONWriter) {
        writer.raw("{\"sequence\":")
        writer.integer(loss.sequence)
        writer.raw(",\"from\":")
        writer.integer(loss.from)
        writer.raw(",\"to\":")
        writer.integer(loss.to)
        if let root = loss.root {
            writer.raw(",\"root\":")
            writer.string(root)
        }
        writer.raw(",\"reason\":")
        writer.string(loss.reason)
        writer.raw("}")
    }
}

struct AuditTail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Print the newest records, and follow the log.")

    @OptionGroup var directory: AuditDirectory
    @Option(name: .customShort("n"), help: "How many records to start with.") var count: Int = 10
    @Flag(name: .shortAndLong, help: "Go on with new records until interrupted.") var follow = false
    @Flag(help: "Print the records as they are stored.") var json = false

    func run() async throws {
        let path = try directory.path()
        do {
            let last = try LogTail.lastSequence(directory: path)
            let first = last - min(last, UInt64(max(0, count))) + 1
            var tail = LogTail(directory: path, from: first)
            while true {
                let records = try tail.next()
                for record in records { show(record.line) }
                if records.isEmpty {
                    guard follow else { return }
                    try await Task.sleep(for: .milliseconds(200))
                }
            }
        } catch let error as AuditError {
            throw Failure(.failed, "maxine: \(error)")
        }
    }

    private func show(_ line: [UInt8]) {
        if json { return Terminal.print(json: String(decoding: line, as: UTF8.self)) }
        guard let record = try? StrictJSON.parse(line) else {
            return Terminal.print(String(decoding: line, as: UTF8.self))
        }
        Terminal.print(summary(of: record))
    }

    private func summary(of record: JSONValue) -> String {
        var parts = [
            String(record["seq"]?.integer ?? 0), record["time"]?.string ?? "?",
            record["type"]?.string ?? "?", record["action"]?.string ?? "?",
        ]
        if let service = record["resource"]?["service"]?.string {
            parts.append(service + (record["resource"]?["id"]?.string.map { "/" + $0 } ?? ""))
        }
        if let principal = record["principal"]?["id"]?.string, !principal.isEmpty {
            parts.append("by " + principal)
        }
        if record["type"]?.string == "aggregate" {
            parts.append("\(record["detail"]?["count"]?.integer ?? 0) times")
            parts.append("from " + (record["client"]?["ip"]?.string ?? "several"))
        }
        if let decision = record["decision"]?.string { parts.append(decision) }
        if let rule = record["rule"]?.string { parts.append("rule " + rule) }
        if let status = record["status"]?.integer { parts.append(String(status)) }
        if let reason = record["reason"]?.string { parts.append("(\(reason))") }
        return parts.joined(separator: "  ")
    }
}
