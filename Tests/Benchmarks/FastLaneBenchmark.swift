import Audit
import Foundation
import Policy
import Registry
import StrictJSON

/// What the fast lane costs without TLS and HTTP: decide, record, sync, pick, with everything real.
///
/// Prints one table: nanoseconds a request by batch size, and what the disk did meanwhile.
@main
struct FastLaneBenchmark {
    static func main() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "maxine-benchmark-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let bench = try FastLane(folder: folder, rules: 10_000)
        try bench.registerInstances(100)
        print("10,000 rules, 100 instances, one lane; sync: the median fdatasync of 300 bytes here")
        print(row(["batch", "decide ns", "encode ns", "commit us", "pick ns", "requests/s"]))
        for batch in [1, 16, 128] { print(row(try bench.measure(batch: batch))) }
        try JournalThroughput.print(in: folder)
        print("sync \(SyncProbe.medianMicroseconds(in: folder)) us")
    }

    private static func row(_ cells: [String]) -> String {
        cells.map { String(repeating: " ", count: max(0, 11 - $0.count)) + $0 }.joined()
    }
}

/// One lane of the journal with policy and registry, as an event loop has it.
final class FastLane {
    let policy: CompiledPolicy
    let subject: Subject
    let journal: Journal
    let lane: JournalLane
    let registry: Registry
    let identity: IdentityFragment
    let fragment: PolicyFragment

    init(folder: String, rules: Int) throws {
        policy = try CompiledPolicy.load(
            files: [PolicySource(name: "bench.yaml", text: Self.policyText(rules: rules))],
            trustDomain: "maxine.local")
        let id = try SPIFFEID(parsing: "spiffe://maxine.local/ns/default/dc/dc1/svc/web")
        let principal = Principal(
            kind: .service, id: id.description, authentication: .mtls, spiffeID: id,
            service: IdentityTemplate.consul.serviceIdentity(of: id))
        subject = policy.subject(for: principal)
        journal = try Journal.open(JournalConfiguration(directory: folder + "/audit"))
        lane = journal.makeLane()
        registry = try Registry.open(
            store: try SQLiteStore(path: folder + "/registry.sqlite"),
            elapsedNanoseconds: Self.now())
        try registry.finishReplay(journalSequence: journal.treeSize, elapsedNanoseconds: Self.now())
        fragment = PolicyFragment(digest: policy.digest)
        identity = IdentityFragment(
            principal: PrincipalFields(
                kind: "service", id: id.description, auth: "mtls", roles: subject.roles),
            client: ClientFields(ip: "127.0.0.1", port: 40_000, tls: "1.3", certificate: "5700f653")
        )
    }

    func registerInstances(_ count: Int) throws {
        let owner = try SPIFFEID(parsing: "spiffe://maxine.local/ns/default/dc/dc1/svc/api")
        let api = policy.subject(
            for: Principal(
                kind: .service, id: owner.description, authentication: .mtls, spiffeID: owner,
                service: IdentityTemplate.consul.serviceIdentity(of: owner)))
        for number in 0..<count {
            let registration = try Registration.decode(
                detail: .object([
                    .init(name: "address", value: .string("10.0.0.7")),
                    .init(name: "port", value: try Self.number(8080)),
                    .init(name: "ttlSeconds", value: try Self.number(86_400)),
                ]), namespace: "default", service: "api", id: "api-\(number)")
            let operation = Operation(
                action: .serviceRegister,
                resource: Resource(service: "api", id: registration.id, tags: registration.tags))
            let ticket = registry.beginChanges()
            guard
                case .allow(let permit) = policy.decide(
                    api, operation, Context(nowNanoseconds: Self.now()))
            else { throw BenchmarkError.refused }
            try lane.append(
                Record(kind: .intent, action: "service.register", decisionID: permit.decisionID))
            var commit = lane.commit(nowNanoseconds: Self.now())
            guard let receipt = commit.next() else { throw BenchmarkError.refused }
            _ = registry.register(
                registration, permit: permit, receipt: receipt, ticket: ticket,
                elapsedNanoseconds: Self.now())
        }
    }
}
