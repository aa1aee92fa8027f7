import ArgumentParser
import Audit
import Foundation
import Gateway
import StrictJSON

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The audit log.",
        subcommands: [
            AuditVerify.self, AuditTail.self, AuditProve.self, AuditCheckpoint.self,
            AuditPublish.self, AuditRotateKey.self, AuditEraseSubject.self, AuditHold.self,
            AuditAnchor.self, AuditQuery.self, AuditExportCommand.self, AuditVerifyExport.self,
            AuditCoverageCommand.self, AuditAlerts.self,
        ])
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
    @Option(help: "A file of verifier keys that may have signed the log's checkpoints.")
    var key: [String] = []
    @Option(help: "A checkpoint or receipts that were kept outside the log.")
    var anchor: [String] = []
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        var options = VerifyOptions()
        options.keys = try EvidenceFiles.keys(key)
        options.anchors = try EvidenceFiles.anchors(anchor)
        switch LogVerifier.verify(directory: try directory.path(), options: options) {
        case .success(let report): show(report)
        case .failure(let damage):
            if json {
                Terminal.print(
                    jsonText(
                        .object([
                            .text("file", damage.file), .text("line", String(damage.line)),
                            .text("reason", damage.reason),
                        ])))
            }
            throw Failure(.verificationFailed, "\(damage.file):\(damage.line): \(damage.reason)")
        }
    }

    private func show(_ report: VerifyReport) {
        if json {
            var writer = JSONWriter()
            writer.raw("{\"records\":")
            writer.integer(report.records)
            writer.raw(",\"segments\":")
            writer.integer(report.segments)
            writer.raw(",\"root\":")
            writer.string(report.root.base64)
            writer.raw(",\"claims\":[")
            for (index, claim) in report.claims.enumerated() {
                writer.raw(index > 0 ? ",{\"claim\":" : "{\"claim\":")
                writer.string(claim.name)
                writer.raw(",\"state\":")
                writer.string(claim.state.rawValue)
                writer.raw(",\"text\":")
                writer.string(claim.text)
                writer.raw("}")
            }
            writer.raw("]}")
            return Terminal.print(String(decoding: writer.bytes, as: UTF8.self))
        }
        Terminal.print(
            "\(report.records) records in \(report.segments) segments, tree root \(report.root.base64)"
        )
        for claim in report.claims {
            Terminal.print((claim.state == .holds ? "checked: " : "") + claim.text)
        }
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
        Terminal.print(json ? String(decoding: line, as: UTF8.self) : RecordText.line(line))
    }
}
