internal import Audit
internal import Foundation
internal import NIOConcurrencyHelpers

/// How an exporter stands.
public struct ExporterStatus: Sendable, Equatable {
    /// The exporter's name.
    public var name: String
    /// The last record that its receiver has, or that its filter leaves out.
    public var sequence: UInt64
    /// Why the last attempt failed; nil if it didn't.
    public var fault: String?
}

/// Sends records of a live log on, each at least once and in order, on a thread of its own.
///
/// It reads what is on disk and waits for nobody; nobody waits for it. What its receiver has is remembered on disk, so that
/// nothing is lost when either side is started again. Receivers know a record sent twice by its sequence.
public final class Exporter: Sendable {
    private let thread: BackgroundThread
    private let shared: NIOLockedValueBox<ExporterStatus>

    /// Starts an exporter of the log in a folder.
    public init(_ plan: ExporterPlan, directory: String) {
        let shared = NIOLockedValueBox(ExporterStatus(name: plan.name, sequence: 0, fault: nil))
        self.shared = shared
        thread = BackgroundThread(name: "export-\(plan.name)".prefix(15).description) { stop in
            ExporterLoop(plan: plan, directory: directory, shared: shared, stop: stop).run()
        }
    }

    /// How it stands.
    public var status: ExporterStatus { shared.withLockedValue { $0 } }

    /// Ends the thread after the delivery that is under way.
    public func stop() { thread.stop() }
}

/// What the exporter's thread does.
struct ExporterLoop {
    let plan: ExporterPlan
    let directory: String
    let shared: NIOLockedValueBox<ExporterStatus>
    let stop: StopFlag

    func run() {
        var pause = ExportLimits.exporterRetrySeconds
        while !stop.isSet {
            do throws(ExportError) {
                try export { pause = ExportLimits.exporterRetrySeconds }
            } catch {
                shared.withLockedValue { $0.fault = "\(error)" }
                stop.pause(microseconds: UInt32(pause * 1_000_000))
                pause = min(pause * 2, ExportLimits.exporterRetrySecondsMax)
            }
        }
    }

    private var cursorPath: String { directory + "/exporters/" + plan.name + ".cursor" }

    private func makeSink() throws(ExportError) -> any ExportSink {
        switch plan.target {
        case .syslog(let endpoint): SyslogSink(endpoint)
        case .otlp(let url, let tls): try OTLPSink(url: url, tls)
        case .file(let path, let format): FileSink(path: path, format: format)
        }
    }

    private func export(succeeded: () -> Void) throws(ExportError) {
        let sink = try makeSink()
        defer { sink.close() }
        var cursor = try open()
        try sink.resume(cursor.note)
        var tail =
            cursor.place.map { LogTail(directory: directory, behind: $0) }
            ?? LogTail(directory: directory, from: 1)
        while !stop.isSet {
            let before = tail.place
            let records: [TailedRecord]
            do throws(AuditError) {
                records = try tail.next()
            } catch {
                throw .log(error)
            }
            if records.isEmpty {
                stop.pause(microseconds: ExportLimits.followerPauseMicroseconds)
                continue
            }
            let known = cursor.sequence
            try deliver(records.filter { $0.sequence > known }, to: sink, &cursor, before)
            cursor.place = tail.place
            succeeded()
        }
    }

    /// Opens the cursor, and begins anew for another log.
    private func open() throws(ExportError) -> ExporterCursor {
        do {
            try FileManager.default.createDirectory(
                atPath: directory + "/exporters", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw .file(path: directory + "/exporters", why: "can't be made")
        }
        var cursor = try ExporterCursor.load(cursorPath)
        let identity = try identity()
        if cursor.log.isEmpty { cursor.log = identity }
        // The first record that retention left says nothing about which log it is.
        guard identity.isEmpty || cursor.log.isEmpty || cursor.log == identity else {
            throw .file(
                path: cursorPath,
                why: "is of another log; remove it to export this one from its start")
        }
        shared.withLockedValue { $0.sequence = cursor.sequence }
        return cursor
    }

    private func identity() throws(ExportError) -> String {
        var tail = LogTail(directory: directory, from: 1)
        do throws(AuditError) {
            guard let first = try tail.next().first else { throw AuditError.closed }
            if first.sequence > 1 { return "" }
            return MerkleTree.leafHash(of: first.line).base64
        } catch {
            throw .log(error)
        }
    }

    /// Delivers in parts of bounded size; the cursor moves behind each.
    private func deliver(
        _ records: [TailedRecord], to sink: any ExportSink, _ cursor: inout ExporterCursor,
        _ place: TailPlace
    ) throws(ExportError) {
        var events: [AuditEvent] = []
        var bytes = 0
        for (index, record) in records.enumerated() {
            if let facts = RecordFacts(record.line), plan.filter.matches(facts),
                let event = AuditEvent(line: record.line)
            {
                events.append(event)
                bytes += record.line.count
            }
            let isFull =
                events.count >= ExportLimits.exporterBatchRecordsMax
                || bytes >= ExportLimits.exporterBatchBytesMax
            guard isFull || index == records.count - 1 else { continue }
            if !events.isEmpty { try sink.deliver(events) }
            cursor.sequence = record.sequence
            cursor.place = place
            cursor.note = sink.note
            try cursor.save(cursorPath)
            shared.withLockedValue { status in
                status.sequence = record.sequence
                status.fault = nil
            }
            events = []
            bytes = 0
            if stop.isSet { return }
        }
    }
}
