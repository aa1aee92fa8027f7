internal import Audit
internal import Foundation
internal import Glibc
internal import NIOConcurrencyHelpers

/// Follows a live log and fires alerts, on two threads of its own: one judges, one sends.
///
/// It begins at the log's end: what happened before the start was judged before, or never will be.
public final class AlertWatch: Sendable {
    /// What is measured besides records: each exporter's lag, by name.
    public typealias Lags = @Sendable () -> [(name: String, records: Int)]

    private let judge: BackgroundThread
    private let sender: BackgroundThread

    /// Starts to watch.
    ///
    /// - Parameters:
    ///   - file: The rules and outputs.
    ///   - directory: The log's folder.
    ///   - lags: What is measured besides records.
    ///   - fired: Called for each alert on the judging thread; writes the record.
    ///   - failed: Called when an output fails, with its name and why.
    public init(
        _ file: AlertFile, directory: String, lags: @escaping Lags,
        fired: @escaping @Sendable (Alert) -> Void,
        failed: @escaping @Sendable (String, String) -> Void
    ) {
        let queue = NIOLockedValueBox<[Alert]>([])
        let senders = file.outputs.map { AlertSender(plan: $0) }
        let rules = file.rules
        judge = BackgroundThread(name: "alert-judge") { stop in
            AlertLoop(directory: directory, lags: lags, stop: stop) { alert in
                fired(alert)
                queue.withLockedValue { waiting in
                    if waiting.count < ExportLimits.alertQueueMax { waiting.append(alert) }
                }
            }.run(AlertEngine(rules))
        }
        sender = BackgroundThread(name: "alert-sender") { stop in
            while !stop.isSet {
                let next = queue.withLockedValue { $0.isEmpty ? nil : $0.removeFirst() }
                guard let next else {
                    stop.pause(microseconds: ExportLimits.followerPauseMicroseconds)
                    continue
                }
                for sender in senders where next.outputs.contains(sender.plan.name) {
                    do throws(ExportError) {
                        try sender.send(next)
                    } catch {
                        failed(sender.plan.name, "\(error)")
                    }
                }
            }
        }
    }

    /// Ends both threads.
    public func stop() {
        judge.stop()
        sender.stop()
    }
}

/// What the judging thread does.
struct AlertLoop {
    let directory: String
    let lags: AlertWatch.Lags
    let stop: StopFlag
    let fire: (Alert) -> Void

    func run(_ engine: consuming AlertEngine) {
        var engine = engine
        var measured: Int64 = 0
        let end = try? LogTail.end(directory: directory)
        var tail =
            end.map { LogTail(directory: directory, behind: $0) }
            ?? LogTail(directory: directory, from: 1)
        while !stop.isSet {
            let now = JournalConfiguration.systemClock()
            if now - measured > 1_000_000_000 {
                measured = now
                measure(&engine, now)
            }
            let records = (try? tail.next()) ?? []
            for record in records {
                guard let event = AuditEvent(line: record.line) else { continue }
                for alert in engine.take(event) { fire(alert) }
            }
            if records.isEmpty { stop.pause(microseconds: ExportLimits.followerPauseMicroseconds) }
        }
    }

    private func measure(_ engine: inout AlertEngine, _ now: Int64) {
        for (name, records) in lags() {
            for alert in engine.take(.exporterLag, records, of: name, now: now) { fire(alert) }
        }
        var status = statvfs()
        guard statvfs(directory, &status) == 0, status.f_blocks > 0 else { return }
        let percent = Int(Double(status.f_bavail) / Double(status.f_blocks) * 100)
        for alert in engine.take(.diskFreePercent, percent, of: directory, now: now) {
            fire(alert)
        }
    }
}
