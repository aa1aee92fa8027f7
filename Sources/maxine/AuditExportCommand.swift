import ArgumentParser
import Audit
import AuditExport
import Foundation
import Gateway

struct AuditExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write records in another format, with a proof that none was left out unseen.")

    @OptionGroup var directory: AuditDirectory
    @OptionGroup var filter: AuditFilterOptions
    @Option(help: "jsonl, csv, ocsf, cef, leef, ecs, otlp or syslog.") var format = "jsonl"
    @Option(help: "The file to write; default: standard output.") var out: String?
    @Option(help: "The proof's file; default: FILE.proof beside --out.") var proof: String?
    @OptionGroup var bundle: AuditBundleOptions

    func run() throws {
        let path = try directory.path()
        let filter = try filter.filter()
        let trustDomain = try directory.configuration.load().configuration.trustDomain
        do throws(ExportError) {
            if bundle.isAsked {
                try bundle.write(path, filter, trustDomain: trustDomain)
            } else {
                try export(path, filter)
            }
        } catch {
            throw Failure(of: error)
        }
    }

    private func export(_ path: String, _ filter: RecordFilter) throws(ExportError) {
        let format = try ExportFormat(parameter: format)
        var export = try RecordExport(directory: path, filter: filter, format: format)
        let records = try out.map { path throws(ExportError) in try ExportFile(path) }
        let proofs = try (proof ?? out.map { $0 + ".proof" }).map { path throws(ExportError) in
            try ExportFile(path)
        }
        while let chunk = try export.next() {
            if let records {
                try records.write(chunk.records)
            } else {
                FileHandle.standardOutput.write(Data(chunk.records))
            }
            try proofs?.write(chunk.proof)
        }
        let counts = export.progress
        Terminal.error(
            "\(counts.exported) records exported, \(counts.leftOut) left out, "
                + "\(counts.outside) outside the time, of \(export.limit)")
    }
}

struct AuditVerifyExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-export",
        abstract: "Check an export against its proof, and against the log if it is there.")

    @Argument(help: "The export's file.") var file: String
    @Option(help: "The proof; default: FILE.proof.") var proof: String?
    @Option(help: "The audit folder: also show that the filter left out only what does not fit.")
    var dir: String?
    @Option(help: "The root that the export must have, base64, from a checkpoint you kept.")
    var root: String?
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let report: ExportReport
        do throws(ExportError) {
            let proof = proof ?? file + ".proof"
            if let dir {
                report = try ExportVerifier.verify(records: file, proof: proof, directory: dir)
            } else {
                report = try ExportVerifier.verify(records: file, proof: proof)
            }
        } catch {
            throw Failure(of: error)
        }
        if let root, root != report.root.base64 {
            throw Failure(
                .verificationFailed, "\(file): its root is \(report.root.base64), not the one given"
            )
        }
        show(report)
    }

    private func show(_ report: ExportReport) {
        let counts = report.counts
        if json {
            return Terminal.print(
                """
                {"size":\(report.size),"root":"\(report.root.base64)","first":\(report.first),\
                "last":\(report.last),"exported":\(counts.exported),"left_out":\(counts.leftOut),\
                "outside":\(counts.outside),"format":"\(report.format.rawValue)",\
                "filter":\(report.filter)}
                """)
        }
        Terminal.print(
            """
            \(counts.exported) records of \(report.first) to \(report.last), \(counts.leftOut) left out \
            by the filter \(report.filter), \(counts.outside) outside the time
            log size \(report.size), tree root \(report.root.base64)
            """)
        if dir == nil {
            Terminal.print(
                "not checkable without the log: whether a left-out record fits the filter; ask for it by its number"
            )
        }
        if root == nil, dir == nil {
            Terminal.print("not checkable without a checkpoint: whether the root is the log's")
        }
    }
}
