import ArgumentParser
import Audit
import AuditExport
import StrictJSON

struct AuditQuery: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Find records of the log on this machine, newest first.",
        discussion: """
            The index beside the log only says where to look: each record printed is read from the log and its hash \
            checked. --check-index compares the whole index with the log first, --scan does without one.
            """)

    @OptionGroup var directory: AuditDirectory
    @OptionGroup var filter: AuditFilterOptions
    @Option(help: "How many records at most, 1 to 10000.") var limit: String?
    @Option(help: "Only records before this sequence.") var before: String?
    @Flag(help: "Read the whole log and use no index.") var scan = false
    @Flag(help: "Compare every block of the index with the log first.") var checkIndex = false
    @Flag(help: "Print the records as they are stored.") var json = false

    func run() throws {
        do throws(ExportError) {
            try answer(try directoryPath())
        } catch {
            throw Failure(of: error)
        }
    }

    private func directoryPath() throws(ExportError) -> String {
        do {
            return try directory.path()
        } catch let failure as Failure {
            throw .document(faults: [failure.message])
        } catch {
            throw .file(path: "configuration", why: "\(error)")
        }
    }

    private func answer(_ path: String) throws(ExportError) {
        var parameters = filter.parameters
        if let limit { parameters.append((name: "limit", value: limit)) }
        if let before { parameters.append((name: "before", value: before)) }
        let query = try RecordQuery(
            parameters: parameters, nowNanoseconds: JournalConfiguration.systemClock())
        let answer = try engine(path).answer(query)
        for record in answer.records {
            Terminal.print(
                json ? String(decoding: record.line, as: UTF8.self) : RecordText.line(record.line))
        }
        let more = answer.next.map { "; older ones: --before \($0)" } ?? ""
        Terminal.error("\(answer.records.count) of \(answer.size) records\(more)")
    }

    /// A folder that can't be written to has no index; then the log is read.
    private func engine(_ path: String) throws(ExportError) -> QueryEngine {
        if scan { return QueryEngine(directory: path) }
        do throws(ExportError) {
            return try QueryEngine(indexed: path, checks: checkIndex)
        } catch .index(let why) {
            Terminal.error("maxine: no index, reading the whole log: \(why)")
            return QueryEngine(directory: path)
        }
    }
}
