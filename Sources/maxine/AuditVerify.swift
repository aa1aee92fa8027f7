import ArgumentParser
import Audit
import Gateway
import PKI
import StrictJSON

struct AuditVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every record against the tree roots, offline; exit 6 names the damage.")

    @OptionGroup var directory: AuditDirectory
    @Option(
        name: [.customLong("checkpoint"), .customLong("anchor")],
        help: "A checkpoint of the log that was kept elsewhere, as a file; or - for standard input."
    )
    var checkpoint: String?
    @Option(
        help:
            "The log's public keys, as a file; default: those of the policy, or log.vkey in certs."
    )
    var key: String?
    @OptionGroup var demand: WitnessDemand
    @OptionGroup var stamp: TimestampDemand
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let path = try directory.path()
        let known = try known()
        if demand.policy != nil, known == nil {
            throw Failure(.usage, "maxine: --policy takes a checkpoint that witnesses have signed")
        }
        let time = try stamp.proved(known?.bytes)
        let ends = known.map { [$0.end] } ?? []
        switch LogVerifier.verify(directory: path, against: ends, by: try keys()) {
        case .success(let report): show(report, known, time)
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

    /// The checkpoint that is named; with the configuration of the machine the one that the gateway noted.
    private func known() throws -> Checkpoint? {
        if let checkpoint { return try read(checkpoint) }
        guard directory.dir == nil else { return nil }
        let configuration = try directory.configuration.load().configuration
        let path =
            demand.policy == nil ? configuration.checkpointPath : configuration.witnessedPath
        guard try InputFile.read(path) != nil else { return nil }
        return try read(path)
    }

    /// The log's keys, where they are named or lie where this machine's configuration says.
    private func keys() throws -> [VerifierKey] {
        if let key { return try LogKeyFiles.keys(key) }
        guard directory.dir == nil else { return [] }
        let path = try directory.configuration.load().configuration.logKeyPath
        return try InputFile.read(path) == nil ? [] : LogKeyFiles.keys(path)
    }

    private func read(_ path: String) throws -> Checkpoint {
        let (keys, policy) = try demand.keys(key, or: directory.configuration)
        let checkpoint = try LogKeyFiles.checkpoint(path, by: keys)
        try WitnessDemand.check(checkpoint, policy)
        return checkpoint
    }

    private func show(_ report: VerifyReport, _ known: Checkpoint?, _ time: ProvedTime?) {
        for warning in report.warnings { Terminal.error("maxine: warning: \(warning)") }
        if json {
            var writer = JSONWriter()
            writer.raw("{\"records\":")
            writer.integer(report.records)
            writer.raw(",\"segments\":")
            writer.integer(report.segments)
            writer.raw(",\"root\":")
            writer.string(report.root.base64)
            writer.raw(",\"proved\":")
            if let end = ProvedEnd(report, known) {
                writer.value(end.value(at: time))
            } else {
                writer.raw("null")
            }
            writer.raw(",\"closed\":")
            writer.raw(report.last?.kind == .stopped ? "true" : "false")
            PrunedSpan(report)?.write(to: &writer)
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
        if let line = PrunedSpan(report)?.sentence { Terminal.print(line) }
        for line in ProvedEnd.lines(report, known, at: time) { Terminal.print(line) }
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
