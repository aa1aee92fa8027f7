import ArgumentParser
import Audit
import Gateway
import StrictJSON

struct AuditTail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Print the newest records, and follow the log.")

    @OptionGroup var directory: AuditDirectory
    @Option(name: .customShort("n"), help: "How many records to start with.") var count: Int = 10
    @Flag(name: .shortAndLong, help: "Go on with new records until interrupted.") var follow = false
    @Flag(help: "Print the records as they are stored.") var json = false

    func run() async throws {
        let path = try directory.logPath()
        do {
            let last = try LogTail.lastSequence(directory: path)
            let first = last - min(last, UInt64(max(0, count))) + 1
            var tail = LogTail(directory: path, from: first)
            var texts = RecordedTexts(persons: try directory.personsPath())
            var named = NamedRecords(directory: path)
            while true {
                let records = try tail.next()
                for record in records { show(record.line, &texts, &named) }
                if records.isEmpty {
                    guard follow else { return }
                    try await Task.sleep(for: .milliseconds(200))
                }
            }
        } catch let error as AuditError {
            throw Failure(.failed, "maxine: \(error)")
        }
    }

    private func show(
        _ line: [UInt8], _ texts: inout RecordedTexts, _ named: inout NamedRecords
    ) {
        if json { return Terminal.print(json: String(decoding: line, as: UTF8.self)) }
        guard let record = try? StrictJSON.parse(line) else {
            return Terminal.print(String(decoding: line, as: UTF8.self))
        }
        Terminal.print(summary(of: WholeRecord(record, &named), &texts))
    }

    private func summary(of record: WholeRecord, _ texts: inout RecordedTexts) -> String {
        var parts = [
            String(record["seq"]?.integer ?? 0), record["time"]?.string ?? "?",
            record["type"]?.string ?? "?", record["action"]?.string ?? "?",
        ]
        if let service = record["resource"]?["service"]?.string {
            parts.append(service + (record["resource"]?["id"]?.string.map { "/" + $0 } ?? ""))
        }
        let principal = texts.text(of: record["principal"]?["id"], for: "principal.id")
        if let principal, !principal.isEmpty { parts.append("by " + principal) }
        if record["type"]?.string == "aggregate" {
            parts.append("\(record["detail"]?["count"]?.integer ?? 0) times")
            let place = texts.text(of: record["client"]?["ip"], for: "client.ip")
            parts.append("from " + (place ?? "several"))
        }
        if let decision = record["decision"]?.string { parts.append(decision) }
        if let rule = record["rule"]?.string { parts.append("rule " + rule) }
        if let status = record["status"]?.integer { parts.append(String(status)) }
        if let reason = record["reason"]?.string { parts.append("(\(reason))") }
        return parts.joined(separator: "  ")
    }
}
