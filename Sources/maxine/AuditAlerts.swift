import ArgumentParser
import AuditExport
import Foundation

struct AuditAlerts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "Alert rules.", subcommands: [AuditAlertsTest.self])
}

struct AuditAlertsTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run the tests that alert files carry; exit 1 on any failure.")

    @Argument(help: "Alert files, as policies/alerts/default.yaml.") var files: [String]

    func run() throws {
        var failures: [String] = []
        var count = 0
        for path in files {
            guard let data = FileManager.default.contents(atPath: path),
                data.count <= ExportLimits.documentBytesMax,
                let text = String(data: data, encoding: .utf8)
            else { throw Failure(.usage, "maxine: cannot read '\(path)' as UTF-8 text") }
            do throws(ExportError) {
                let file = try AlertFile(text, file: path)
                count += file.testCount
                failures += file.runTests()
            } catch {
                throw Failure(of: error)
            }
        }
        if !failures.isEmpty { throw Failure(.failed, failures.joined(separator: "\n")) }
        Terminal.print("\(count) tests passed")
    }
}
