import Audit
import Foundation

/// Fills an audit log with reads, as a gateway writes them: `LogMaker FOLDER RECORDS [BATCH]`.
///
/// Prints the number of records and bytes, so that a benchmark can say what it measured.
@main
struct LogMaker {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let folder = arguments.first,
            let count = arguments.dropFirst().first.flatMap({ Int($0) })
        else {
            print("LogMaker FOLDER RECORDS [BATCH]")
            exit(2)
        }
        let batch = arguments.dropFirst(2).first.flatMap { Int($0) } ?? 512
        let journal = try Journal.open(JournalConfiguration(directory: folder))
        defer { journal.close() }
        let lane = journal.makeLane()
        var written = 0
        while written < count {
            for number in written..<min(written + batch, count) { try lane.append(read(number)) }
            let commit = lane.commit(nowNanoseconds: Int64(Date().timeIntervalSince1970 * 1e9))
            if let failure = commit.failure { throw failure }
            written = min(written + batch, count)
        }
        print("\(journal.treeSize) records")
    }

    private static func read(_ number: Int) -> Record {
        Record(
            kind: .decision, request: RequestID(high: 1, low: UInt64(number)), identity: identity,
            action: "service.read", resource: ResourceFields(service: "api"), verdict: .allow,
            gate: "intention", rule: "web", policy: policy, status: 200)
    }

    private static let policy = PolicyFragment(digest: "sha256:5700f653")
    private static let identity = IdentityFragment(
        principal: PrincipalFields(
            kind: "service", id: "spiffe://maxine.local/svc/web", auth: "mtls", roles: ["service"]),
        client: ClientFields(ip: "10.0.0.7", port: 4711, tls: "1.3", certificate: "5700f653"))
}
