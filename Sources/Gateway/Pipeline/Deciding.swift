internal import Audit
internal import Auth
internal import Policy
internal import StrictJSON

/// What was decided: the record to make durable, and what may be done once it is.
struct Decided: ~Copyable {
    enum Verdict: ~Copyable {
        case allow(Permit)
        case deny(Problem)
    }

    let record: Record
    let verdict: Verdict

    var isAllowed: Bool {
        switch verdict {
        case .allow: true
        case .deny: false
        }
    }
}

extension Decided {
    /// What policy allows and may not be done all the same.
    init(refusing asked: some Asked, by asker: Asker, _ problem: Problem) {
        self.init(
            record: Deciding.record(
                of: problem, by: asker, action: asked.action.name, resource: asked.resource),
            verdict: .deny(problem))
    }
}

extension Refusal {
    /// Which of the two objects of a change is refused; nil where there is one only.
    var object: String? {
        guard operation.existing != nil else { return nil }
        return switch judged {
        case .asked: "what it would become"
        case .existing: "what is there"
        }
    }
}

/// Who asks, from where, in which request.
package struct Asker: Sendable {
    let standing: Standing
    let address: IPAddress?
    let request: RequestID
}

/// The step that both lanes share: an operation becomes a record, and a permit or a refusal.
enum Deciding {
    /// Decides by the policy in force when the asker's standing was made.
    ///
    /// - Parameters:
    ///   - asked: What is asked.
    ///   - existing: What is there already, where the call changes something that exists.
    ///   - asker: Who asks.
    ///   - people: Hides persons in the record.
    ///   - nowNanoseconds: When.
    ///   - metrics: Where the decision is counted.
    /// - Returns: The record to write, and what may be done once it is on disk.
    @inline(__always)
    static func decide(
        _ asked: some Asked, over existing: ExistingResource? = nil, by asker: Asker,
        _ people: RecordedPeople, nowNanoseconds: Int64, metrics: GatewayMetrics?
    ) -> Decided {
        let standing = asker.standing
        let action = asked.action
        let resource = asked.resource
        let decision = standing.active.policy.decide(
            standing.subject, Operation(action: action, resource: resource, existing: existing),
            Context(nowNanoseconds: nowNanoseconds, sourceIP: asker.address))
        switch consume decision {
        case .allow(let permit):
            let detail: [UInt8]?
            do throws(AuthError) {
                detail = try asked.intentDetail(people)
            } catch {
                return Decided(refusing: asked, by: asker, Problem(error))
            }
            metrics?.allowed.add()
            let isChange = asked.isChange
            let record = Record(
                kind: isChange ? .intent : .decision, request: asker.request,
                identity: standing.identity, action: action.name,
                resource: ResourceFields(resource), verdict: .allow, gate: permit.gate.rawValue,
                rule: permit.rule, policy: standing.active.fragment, status: isChange ? nil : 200,
                detail: detail, decisionID: permit.decisionID)
            return Decided(record: record, verdict: .allow(permit))
        case .deny(let refusal):
            metrics?.denied.add()
            let problem = Problem.refused(refusal, principal: standing.subject.principal)
            let record = Record(
                kind: .decision, request: asker.request, identity: standing.identity,
                action: action.name, resource: ResourceFields(resource), verdict: .deny,
                gate: refusal.gate.rawValue, rule: refusal.rule,
                reason: refusal.reason + (refusal.object.map { " (\($0))" } ?? ""),
                policy: standing.active.fragment, status: problem.status,
                detail: existing.map { Self.detail(of: $0) }, decisionID: refusal.decisionID)
            return Decided(record: record, verdict: .deny(problem))
        }
    }

    /// What was there, in the record of a refused change of it.
    private static func detail(of existing: ExistingResource) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"existing\":{\"revision\":")
        writer.integer(existing.revision)
        writer.raw(",\"tags\":[")
        for (index, tag) in (existing.resource.tags ?? []).enumerated() {
            if index > 0 { writer.raw(",") }
            writer.string(tag)
        }
        writer.raw("]}}")
        return writer.bytes
    }

    /// The action in records of requests that mean none.
    static let requestAction = "http.request"

    /// The record of what was wrong before there was an operation to decide.
    static func record(
        of problem: Problem, by asker: Asker, action: String = Deciding.requestAction,
        resource: Resource? = nil, gate: Gate = .none
    ) -> Record {
        Record(
            kind: .decision, request: asker.request, identity: asker.standing.identity,
            action: action, resource: resource.flatMap(ResourceFields.init), verdict: .deny,
            gate: gate.rawValue,
            reason: "\(problem.code): \(problem.recorded ?? problem.detail)",
            policy: asker.standing.active.fragment,
            status: problem.status)
    }

    /// The record of what came of a permitted operation.
    static func outcome(
        of asked: some Asked, _ report: OutcomeReport, by asker: RequestAsker, intent: UInt64
    ) -> Record {
        Record(
            kind: .outcome, request: asker.request, identity: asker.identity,
            action: asked.action.name, resource: ResourceFields(asked.resource),
            reason: report.reason, status: report.status, detail: report.detail, intent: intent)
    }
}

/// What an outcome record says of who asked.
struct RequestAsker: Sendable {
    let request: RequestID
    var identity: IdentityFragment?
}

extension ResourceFields {
    init?(_ resource: Resource) {
        guard resource.service != nil || resource.id != nil else { return nil }
        self.init(service: resource.service, namespace: resource.namespace, id: resource.id)
    }
}
