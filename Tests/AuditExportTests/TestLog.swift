import Audit
import AuditExport
import Foundation

/// A log in a temporary folder, removed at the end.
final class TestLog: Sendable {
    let path = NSTemporaryDirectory() + "audit-export-\(UUID().uuidString)"
    static let start: Int64 = 1_795_000_000_000_000_000

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes records in batches, one a second, and closes the log.
    func write(
        _ count: Int, batch: Int = 500, segmentBytes: Int64 = 1 << 20,
        make: (Int) -> Record = TestLog.sample
    ) throws {
        var configuration = JournalConfiguration(directory: path, version: "test")
        configuration.segmentBytesMax = segmentBytes
        configuration.fillBytes = 4096
        configuration.bootID = "boot"
        configuration.clock = { TestLog.start }
        let journal = try Journal.open(configuration)
        let lane = journal.makeLane()
        var number = 0
        while number < count {
            let end = min(count, number + batch)
            for item in number..<end { try lane.append(make(item)) }
            number = end
            let commit = lane.commit(nowNanoseconds: Self.start + Int64(number) * 1_000_000)
            if let failure = commit.failure { throw failure }
        }
        journal.close()
    }

    static let services = ["api", "web", "db", "billing"]

    static func sample(_ number: Int) -> Record {
        let caller = services[number % 3]
        return Record(
            kind: .decision, request: RequestID(high: 7, low: UInt64(number)),
            identity: IdentityFragment(
                principal: PrincipalFields(
                    kind: "service", id: "spiffe://maxine.local/ns/default/dc/dc1/svc/\(caller)",
                    auth: "mtls", roles: ["service"]),
                client: ClientFields(
                    ip: "10.0.0.\(number % 200)", port: 4711, tls: "1.3", certificate: "0a",
                    agent: "curl/8")),
            action: number % 5 == 0 ? "service.read" : "service.discover",
            resource: ResourceFields(
                service: services[number % 4], id: number % 7 == 0 ? "i-\(number)" : nil),
            verdict: number % 10 == 3 ? .deny : .allow, gate: "intention",
            rule: number % 10 == 3 ? nil : "rule-\(number % 4)",
            reason: number % 10 == 3 ? "no rule allows it" : nil,
            policy: PolicyFragment(digest: "sha256:00ff"), status: number % 10 == 3 ? 403 : 200)
    }

    /// The lines of the log's records.
    func lines() throws -> [String] {
        let folder = path + "/segments"
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().flatMap {
            try String(contentsOfFile: folder + "/" + $0, encoding: .utf8).split(separator: "\n")
                .map(String.init).filter { $0.hasPrefix("{\"seq\":") }
        }
    }

    func file(_ name: String) -> String { path + "/" + name }

    /// Exports to files and gives their names.
    func export(
        _ format: ExportFormat, _ parameters: [(name: String, value: String)] = [],
        as name: String = "export"
    ) throws -> (records: String, proof: String) {
        let filter = try RecordFilter(parameters, nowNanoseconds: Self.start)
        var export = try RecordExport(directory: path, filter: filter, format: format)
        var records = Data()
        var proof = Data()
        while let chunk = try export.next() {
            records += chunk.records
            proof += chunk.proof
        }
        try records.write(to: URL(filePath: file(name)))
        try proof.write(to: URL(filePath: file(name + ".proof")))
        return (file(name), file(name + ".proof"))
    }
}
