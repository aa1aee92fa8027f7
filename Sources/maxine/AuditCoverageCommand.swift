import ArgumentParser
import AuditExport
import Gateway
import StrictJSON

struct AuditCoverageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage",
        abstract: "Print what leaves a record in the log, and the few paths that leave none.")

    @Flag(help: "Print JSON.") var json = false

    func run() {
        if json { return Terminal.print(document()) }
        Terminal.print("NOT RECORDED")
        for row in AuditCoverage.unaudited { Terminal.print("  \(row.way)") }
        Terminal.print("RECORDED: EVERY ROUTE")
        for row in AuditCoverage.routes { show(row) }
        Terminal.print("RECORDED: OTHER EVENTS")
        for row in AuditCoverage.events { show(row) }
    }

    private func show(_ row: AuditCoverage.Row) {
        let action = row.action ?? ""
        let gap = String(repeating: " ", count: max(1, 20 - action.count))
        Terminal.print("  \(action)\(gap)\(row.way)")
    }

    private func document() -> String {
        var writer = JSONWriter()
        func list(_ rows: [AuditCoverage.Row]) {
            writer.raw("[")
            for (index, row) in rows.enumerated() {
                writer.raw(index > 0 ? ",{\"way\":" : "{\"way\":")
                writer.string(row.way)
                if let action = row.action {
                    writer.raw(",\"action\":")
                    writer.string(action)
                }
                writer.raw("}")
            }
            writer.raw("]")
        }
        writer.raw("{\"unaudited\":")
        list(AuditCoverage.unaudited)
        writer.raw(",\"routes\":")
        list(AuditCoverage.routes)
        writer.raw(",\"events\":")
        list(AuditCoverage.events)
        writer.raw("}")
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
