package import Audit
package import Policy
package import Support

/// Mints permits and receipts the only way there is: by a policy's decision and a journal's commit.
package final class Gatehouse {
    package let folder: TestFolder
    package let journal: Journal
    private let lane: JournalLane
    private let policy: CompiledPolicy
    private let subject: Subject

    private static let policyText = """
        maxine_policy: 1
        name: everything
        bindings: [ { role: admin, subjects: [ { user: tester } ] } ]
        acl: [ { id: all, effect: allow, subjects: ["user:tester"], actions: ["*"], resources: { services: ["*"], namespaces: ["*"] } } ]
        """

    package init(
        folder: TestFolder? = nil, replay: (ReplayedRecord) throws -> Void = { _ in }
    ) throws {
        self.folder = try folder ?? TestFolder()
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

    /// A permit for an operation.
    package func permit(
        _ action: Action, _ resource: Resource, existing: ExistingResource? = nil
    ) throws -> Permit {
        let decision = policy.decide(
            subject, Operation(action: action, resource: resource, existing: existing),
            Context(nowNanoseconds: 0))
        switch consume decision {
        case .deny(let refusal): throw TestFault(description: "\(refusal)")
        case .allow(let permit): return permit
        }
    }

    /// The receipt of any record.
    package func receipt(_ record: Record) throws -> Receipt {
        try lane.append(record)
        var commit = lane.commit(nowNanoseconds: 1)
        guard let receipt = commit.next() else {
            throw TestFault(description: "\(String(describing: commit.failure))")
        }
        return receipt
    }

    /// The outcome of an intent; it rides on the next commit.
    package func outcome(of intent: UInt64, _ action: Action, status: UInt16) {
        lane.appendUnawaited(
            Record(kind: .outcome, action: action.name, status: status, intent: intent))
    }
}
