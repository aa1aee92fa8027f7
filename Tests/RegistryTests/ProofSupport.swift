import Audit
import Policy
import Testing

@testable import Registry

/// A permit and the receipt of its record.
struct Proof: ~Copyable {
    var permit: Permit
    var receipt: Receipt
}

/// Mints permits and receipts the only way there is: by a policy's decision and a journal's commit.
final class Gatehouse {
    let folder: TemporaryFolder
    let journal: Journal
    private let lane: JournalLane
    private let policy: CompiledPolicy
    private let subject: Subject

    private static let policyText = """
        maxine_policy: 1
        name: everything
        bindings: [ { role: admin, subjects: [ { user: tester } ] } ]
        acl: [ { id: all, effect: allow, subjects: ["user:tester"], actions: ["*"], resources: { services: ["*"] } } ]
        """

    init(
        folder: TemporaryFolder? = nil, replay: (ReplayedRecord) throws -> Void = { _ in }
    ) throws {
        self.folder = try folder ?? TemporaryFolder()
        var configuration = JournalConfiguration(directory: self.folder.path("audit"))
        configuration.fillBytes = 0
        journal = try Journal.open(configuration, replay: replay)
        lane = journal.makeLane()
        policy = try CompiledPolicy.load(
            files: [PolicySource(name: "test.yaml", text: Gatehouse.policyText)],
            trustDomain: "maxine.local")
        subject = policy.subject(
            for: Principal(kind: .user, id: "tester", authentication: .session))
    }

    deinit {
        journal.close()
    }

    func proof(
        _ action: Action, service: String?, namespace: String = "default", id: String? = nil,
        tags: [String]? = nil, detail: [UInt8]? = nil
    ) throws -> Proof {
        let resource = Resource(service: service, namespace: namespace, id: id, tags: tags)
        let decision = policy.decide(
            subject, Operation(action: action, resource: resource), Context(nowNanoseconds: 0))
        switch consume decision {
        case .deny(let refusal):
            Issue.record("\(refusal)")
            throw RegistryError.store("the test's policy refuses")
        case .allow(let permit):
            let isChange = action == .serviceRegister || action == .serviceDeregister
            let receipt = try receipt(
                Record(
                    kind: isChange ? .intent : .decision, action: action.name,
                    resource: ResourceFields(service: service, namespace: namespace, id: id),
                    detail: detail, decisionID: permit.decisionID))
            return Proof(permit: permit, receipt: receipt)
        }
    }

    func receipt(of batch: ExpiredBatch) throws -> Receipt {
        try receipt(batch.record)
    }

    /// The outcome of an intent; it rides on the next commit.
    func outcome(of intent: UInt64, _ action: Action, status: UInt16) {
        lane.appendUnawaited(
            Record(kind: .outcome, action: action.name, status: status, intent: intent))
    }

    private func receipt(_ record: Record) throws -> Receipt {
        try lane.append(record)
        var commit = lane.commit(nowNanoseconds: 1)
        guard let receipt = commit.next() else {
            throw RegistryError.store("\(String(describing: commit.failure))")
        }
        return receipt
    }
}
