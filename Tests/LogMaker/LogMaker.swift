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
        let journal = try Journal.open(JournalConfiguration(directory: folder))
        defer { journal.close() }
        let lane = journal.makeLane()
        var written = 0
        while written < count {
            for number in written..<min(written + batch, count) {
                try lane.append(
                    services.isEmpty ? read(number) : services[number % services.count].renewal)
            }
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
        Record(
            kind: .decision,
            request: RequestID(
                high: .random(in: 0...UInt64.max), low: .random(in: 0...UInt64.max)),
            identity: identity, action: "service.heartbeat", resource: resource, verdict: .allow,
            gate: "acl", rule: "services-renew", policy: LogMaker.policy, status: 200)
    }
}
