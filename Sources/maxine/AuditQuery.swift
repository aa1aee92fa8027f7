import ArgumentParser
import Audit
import AuditIndex
import Glibc
import StrictJSON
import Text

struct AuditQuery: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Find records of the log, the newest first, by an index that is made from it.")

    @Option(help: "Only from this time on, as 2026-11-29 or 2026-11-29T14:00:00Z.")
    var from: String?
    @Option(help: "Only before this time.") var to: String?
    @Option(help: "Only of this identity: a SPIFFE ID, a person as corp/alice, or a pseudonym.")
    var principal: String?
    @Option(help: "Only about this service.") var service: String?
    @Option(help: "Only in this namespace.") var namespace: String?
    @Option(help: "Only of this action, as service.register.") var action: String?
    @Option(help: "Only what was decided so: allow or deny.") var decision: String?
    @Option(help: "Only what this rule settled.") var rule: String?
    @Option(help: "Only from this address.") var address: String?
    @Option(help: "Only of this request, as X-Request-Id says.") var request: String?
    @Option(help: "How many at most.") var limit: Int = IndexLimits.pageDefault
    @Option(help: "Only records before this one, to go on behind a page.") var before: UInt64?
    @Option(help: "Where the index is; default: beside the log.") var index: String?
    @Flag(help: "Print the records as they are stored.") var json = false
    @OptionGroup var directory: AuditDirectory

    func validate() throws {
        guard (1...IndexLimits.pageMax).contains(limit) else {
            throw ValidationError("--limit: expected 1 to \(IndexLimits.pageMax)")
        }
        if let decision, !["allow", "deny"].contains(decision) {
            throw ValidationError("--decision: expected allow or deny")
        }
        _ = try filter()
    }

    func run() async throws {
        let path = try directory.logPath()
        let texts = RecordedTexts(persons: try directory.personsPath())
        do {
            let index = try RecordIndex(path: index ?? path + "/../audit-index.sqlite")
            try follow(path, into: index)
            var filter = try filter()
            filter.principal = filter.principal.map(texts.recorded)
            let page = try index.page(filter, before: before, limit: limit)
            try index.close()
            show(page, texts)
        } catch let error as IndexError {
            throw Failure(.failed, "maxine: \(error)")
        }
    }

    private func filter() throws -> RecordFilter {
        var filter = RecordFilter()
        filter.fromNanoseconds = try Self.time(from, "--from")
        filter.toNanoseconds = try Self.time(to, "--to")
        filter.principal = principal
        filter.service = service
        filter.namespace = namespace
        filter.action = action
        filter.decision = decision
        filter.rule = rule
        filter.address = address
        filter.request = request
        return filter
    }

    private static func time(_ text: String?, _ option: String) throws -> Int64? {
        guard let text else { return nil }
        let whole = text.utf8.count == 10 ? text + "T00:00:00Z" : text
        guard let time = CivilTime.nanoseconds(rfc3339: whole) else {
            throw ValidationError(
                "\(option): expected a day as 2026-11-29 or a time as 2026-11-29T14:00:00Z")
        }
        return time
    }

    /// Brings the index up to the log's end, and says how far it is where that takes long.
    private func follow(_ directory: String, into index: RecordIndex) throws(IndexError) {
        let end: UInt64
        do throws(AuditError) {
            end = try LogTail.lastSequence(directory: directory)
        } catch {
            throw .log("\(error)")
        }
        var follower = try IndexFollower(index, directory: directory)
        let isWatched = isatty(STDERR_FILENO) == 1 && end > follower.size + 100_000
        while follower.size < end {
            guard try follower.step() > 0 else { break }
            if isWatched { Terminal.progress("indexing: \(follower.size) of \(end) records") }
        }
        if isWatched { Terminal.progress("") }
    }

    private func show(_ page: RecordPage, _ texts: RecordedTexts) {
        if json {
            for record in page.records {
                Terminal.print(json: String(decoding: record.line, as: UTF8.self))
            }
            return
        }
        if page.records.isEmpty { return Terminal.error("no record matches") }
        var texts = texts
        let rows = page.records.compactMap { Self.row($0, &texts) }
        Terminal.table(Self.headings, rows)
        guard let next = page.next else { return }
        Terminal.print("more: --before \(next)")
    }

    private static let headings = [
        "SEQ", "TIME", "TYPE", "ACTION", "ABOUT", "BY", "FROM", "DECISION", "RULE", "STATUS",
    ]

    private static func row(_ found: FoundRecord, _ texts: inout RecordedTexts) -> [String]? {
        guard let record = try? StrictJSON.parse(found.line) else { return nil }
        let other = found.other.flatMap { try? StrictJSON.parse($0) }
        func member(_ name: String) -> JSONValue? { record[name] ?? other?[name] }
        let resource = member("resource")
        let about = [resource?["service"]?.string, resource?["id"]?.string].compactMap { $0 }
        return [
            String(found.sequence), member("time")?.string ?? "", member("type")?.string ?? "",
            member("action")?.string ?? "", about.joined(separator: "/"),
            texts.text(of: member("principal")?["id"], for: "principal.id") ?? "",
            texts.text(of: member("client")?["ip"], for: "client.ip") ?? "",
            member("decision")?.string ?? "", member("rule")?.string ?? "",
            member("status")?.integer.map(String.init) ?? "",
        ]
    }
}
