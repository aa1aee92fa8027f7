import Audit
import Foundation

/// Fills an audit log as a gateway does, with reads or with renewals of 1,000 services in turn: `LogMaker FOLDER RECORDS [BATCH [renewals]]`.
///
/// Prints the number of records, so that a benchmark can say what it measured.
@main
struct LogMaker {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard let folder = arguments.first, arguments.count > 1, let count = Int(arguments[1])
        else {
            print("LogMaker FOLDER RECORDS [BATCH [renewals]]")
            exit(2)
        }
        let batch = arguments.count > 2 ? Int(arguments[2]) ?? 512 : 512
        let services = arguments.contains("renewals") ? (0..<1000).map { Service($0) } : []
        // A time that ends now; what comes does so at random, once in ten milliseconds.
        let end = Int64(Date().timeIntervalSince1970) * 1_000_000_000
        let gap: Int64 = 86_400_000_000_000 / 8_640_000
        let start = end - Int64(count) * gap
        var now = start
        var settings = JournalConfiguration(directory: folder)
        settings.clock = { start }
        let journal = try Journal.open(settings)
        defer { journal.close() }
        let lane = journal.makeLane()
        var written = 0
        while written < count {
            for number in written..<min(written + batch, count) {
                try lane.append(
                    services.isEmpty ? read() : services[number % services.count].renewal)
            }
            now += Int64.random(in: 0...2 * gap * Int64(batch))
            let commit = lane.commit(nowNanoseconds: min(now, end))
            if let failure = commit.failure { throw failure }
            written = min(written + batch, count)
        }
        print("\(journal.treeSize) records")
    }

    /// As a gateway names requests: one half is that of the lane.
    static var request: RequestID {
        RequestID(high: lane, low: .random(in: 0...UInt64.max))
    }
    private static let lane = UInt64.random(in: 0...UInt64.max)

    private static func read() -> Record {
        Record(
            kind: .decision, request: request, identity: identity, action: "service.read",
            resource: ResourceFields(service: "api"), verdict: .allow,
            gate: "intention", rule: "web", policy: policy, status: 200)
    }

    static let policy = PolicyFragment(digest: "sha256:5700f653")
    private static let identity = IdentityFragment(
        principal: PrincipalFields(
            kind: "service", id: "spiffe://maxine.local/svc/web", auth: "mtls", roles: ["service"]),
        client: ClientFields(ip: "10.0.0.7", port: 4711, tls: "1.3", certificate: "5700f653"))
}

/// A service that renews the lease of its instance over one connection.
private struct Service {
    private let identity: IdentityFragment
    private let resource: ResourceFields
    private let series = RecordSeries()

    init(_ number: Int) {
        let name = "service-\(number)"
        identity = IdentityFragment(
            principal: PrincipalFields(
                kind: "service", id: "spiffe://maxine.local/ns/default/dc/dc1/svc/\(name)",
                auth: "mtls", roles: ["service"]),
            client: ClientFields(
                ip: "10.0.\(number / 250).\(number % 250)", port: UInt16(40_000 + number),
                tls: "1.3",
                certificate: String(repeating: "5700f653", count: 4)))
        resource = ResourceFields(service: name, id: "\(name)-1")
    }

    var renewal: Record {
        var record = Record(
            kind: .decision, request: LogMaker.request, identity: identity,
            action: "service.heartbeat", resource: resource, verdict: .allow, gate: "acl",
            rule: "services-renew", policy: LogMaker.policy, status: 200)
        record.series = series
        return record
    }
}
