import Audit
import AuditIndex
import Support
import Testing

/// A log on disk with its index beside it.
struct IndexedLog {
    let folder: TestFolder
    let journal: Journal

    init(_ folder: TestFolder? = nil, segmentBytes: Int64 = 1 << 20) throws {
        let folder = try folder ?? TestFolder()
        self.folder = folder
        var configuration = JournalConfiguration(directory: folder.path("audit"))
        configuration.segmentBytesMax = segmentBytes
        configuration.fillBytes = 0
        configuration.clock = { Self.start }
        journal = try Journal.open(configuration)
    }

    var directory: String { folder.path("audit") }
    var path: String { folder.path("audit-index.sqlite") }

    static let second: Int64 = 1_000_000_000
    static let start: Int64 = 1_795_000_000 * second

    /// Appends records in one batch, at a time.
    func write(_ records: [Record], at seconds: Int64) throws {
        let lane = journal.makeLane()
        for record in records { try lane.append(record) }
        var commit = lane.commit(nowNanoseconds: Self.start + seconds * Self.second)
        if let failure = commit.failure { throw failure }
        while commit.next() != nil {}
    }

    /// Opens the index and brings it up to the log's end.
    func index(windowRecords: Int64 = 100) throws -> RecordIndex {
        let index = try RecordIndex(path: path, windowRecords: windowRecords)
        var follower = try IndexFollower(index, directory: directory)
        while try follower.step() > 0 {}
        return index
    }

    /// What stands in the log.
    func lines() throws -> [TailedRecord] {
        var tail = LogTail(directory: directory, from: 1)
        var out: [TailedRecord] = []
        while true {
            let more = try tail.next()
            if more.isEmpty { return out }
            out += more
        }
    }

    static func record(
        _ number: UInt64, by name: String = "web", on service: String? = "api",
        action: String = "service.discover", verdict: Verdict = .allow, rule: String? = "r1",
        address: String = "10.0.0.7", series: RecordSeries? = nil
    ) -> Record {
        var record = Record(
            kind: .decision, request: RequestID(high: 7, low: number),
            identity: IdentityFragment(
                principal: PrincipalFields(
                    kind: "service", id: "spiffe://maxine.local/service/\(name)",
                    auth: "certificate", roles: ["service"]),
                client: ClientFields(ip: address, port: 4711, tls: "1.3", certificate: "5700")),
            action: action, resource: service.map { ResourceFields(service: $0) },
            verdict: verdict, gate: "acl", rule: rule, status: verdict == .allow ? 200 : 403)
        record.series = series
        return record
    }
}
