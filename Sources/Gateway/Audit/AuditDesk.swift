internal import Audit
internal import AuditExport
internal import Foundation
internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// What reads the journal while it is written: index, queries, live exporters, alerts.
///
/// All of it follows the files on threads that run in idle time; nothing here is waited for by a request's way.
final class AuditDesk: Service {
    let directory: String
    let engine: QueryEngine
    private let journal: Journal
    private let follower: IndexFollower?
    private let exporters: [Exporter]
    private let watch: AlertWatch?
    private let alerts: AsyncStream<Alert>
    private let logger = Logger(label: "maxine.audit")

    /// Reads the files of exporters and alerts, and starts what they ask for.
    ///
    /// - Throws: `ExportError` with every fault of the files.
    init(_ configuration: GatewayConfiguration, journal: Journal) throws(ExportError) {
        directory = configuration.auditDirectory
        let directory = directory
        self.journal = journal
        let plans = try configuration.audit.exportersFile.map { path throws(ExportError) in
            try ExporterFile.parse(try Self.text(path), file: path)
        }
        let rules = try configuration.audit.alertsFile.map { path throws(ExportError) in
            try Self.rules(path)
        }
        follower = configuration.audit.index == "on" ? IndexFollower(directory: directory) : nil
        engine =
            follower.map { QueryEngine(directory: directory, follower: $0) }
            ?? QueryEngine(directory: directory)
        let exporters = (plans ?? []).map { Exporter($0, directory: directory) }
        self.exporters = exporters
        let (alerts, queue) = AsyncStream.makeStream(
            of: Alert.self, bufferingPolicy: .bufferingNewest(ExportLimits.alertQueueMax))
        self.alerts = alerts
        let logger = logger
        watch = rules.map { file in
            AlertWatch(file, directory: directory) {
                let size = journal.treeSize
                return exporters.map { exporter in
                    let status = exporter.status
                    let lag = size > status.sequence ? size - status.sequence : 0
                    return (name: status.name, records: Int(clamping: lag))
                }
            } fired: { alert in
                queue.yield(alert)
            } failed: { name, why in
                logger.error("alert not sent to \(name): \(why)")
            }
        }
    }

    private static func text(_ path: String) throws(ExportError) -> String {
        guard let data = FileManager.default.contents(atPath: path),
            data.count <= ExportLimits.documentBytesMax,
            let text = String(data: data, encoding: .utf8)
        else { throw .document(faults: ["\(path):1:1: can't be read as UTF-8 text of 1 MiB"]) }
        return text
    }

    /// Rules whose own tests fail are not put to work.
    private static func rules(_ path: String) throws(ExportError) -> AlertFile {
        let file = try AlertFile(try text(path), file: path)
        let failures = file.runTests()
        if !failures.isEmpty { throw .document(faults: failures) }
        return file
    }

    /// How far index and exporters have come.
    var progress: (indexed: UInt64, exporters: [ExporterStatus]) {
        (follower?.progress.records ?? 0, exporters.map(\.status))
    }

    /// Writes a record for each alert that fires.
    func run() async {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [self] in
                    for await alert in alerts { await record(alert) }
                }
                group.addTask { try? await gracefulShutdown() }
                await group.next()
                group.cancelAll()
            }
        } onGracefulShutdown: {
        }
    }

    private func record(_ alert: Alert) async {
        logger.warning(
            "alert \(alert.rule): \(alert.title)",
            metadata: ["subject": "\(alert.subject)", "count": "\(alert.count)"])
        do {
            _ = try await journal.record(
                Record(
                    kind: .system, action: "alert.fired", rule: alert.rule, reason: alert.title,
                    detail: alert.json))
        } catch {
            logger.error("alert \(alert.rule) not recorded: \(error)")
        }
    }

    /// Ends all threads.
    func stop() {
        watch?.stop()
        for exporter in exporters { exporter.stop() }
        follower?.stop()
    }
}
