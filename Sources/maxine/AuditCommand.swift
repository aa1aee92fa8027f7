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

    /// Where the keys of persons lie: beside the folder that is named.
    func personsPath() throws -> String {
        if let dir { return dir + "/../persons.sqlite" }
        return try configuration.load().configuration.personsPath
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
