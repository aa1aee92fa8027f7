internal import Audit
internal import PKI
internal import Policy
internal import Registry

/// What came of an operation: the answer, and what its outcome record says.
struct Performed {
    let answer: Answer
    let action: String
    let resource: ResourceFields?
    var reason: String?
    var detail: [UInt8]?
}

/// Carries out decided and recorded operations; every path consumes a permit and a receipt.
struct Performer: Sendable {
    let registry: Registry
    let trustDomain: TrustDomainStore
    /// The lifetime of an SVID where the request names none.
    let ttlSeconds: Int
    let identity: IdentityDesk
    let status: StatusReport

    func perform(
        _ command: Command, permit: consuming Permit, receipt: consuming Receipt,
        ticket: borrowing ChangeTicket, nowNanoseconds now: Int64
    ) -> Performed {
        let operation = permit.operation
        let result: Result<Answer, Problem>
        var detail: [UInt8]?
        switch command {
        case .discover(let query):
            result = discover(query, permit, receipt, now)
        case .instances(let query):
            result = instances(query, permit, receipt, now)
        case .services(let namespace):
            result = services(namespace, permit, receipt, now)
        case .register(let registration):
            result = register(registration, permit, receipt, ticket, now)
        case .heartbeat(let name):
            result = heartbeat(name, permit, receipt, now)
        case .deregister(let name):
            result = deregister(name, permit, receipt, ticket, now)
        case .issueSVID(let request):
            (result, detail) = issue(request, permit, receipt, now)
        case .identity(let command):
            return perform(command, permit, receipt, now)
        case .issueToken(let request):
            (result, detail) = issueToken(request, permit, receipt, now)
        case .bundles:
            result = bundles(permit, receipt)
        case .status:
            result = status.answer(permit, receipt, now)
        case .slow:
            result = .failure(.internalError("a slow operation came into the fast lane"))
        }
        return performed(result, operation, detail)
    }

    func performed(
        _ result: Result<Answer, Problem>, _ operation: Operation, _ detail: [UInt8]?
    ) -> Performed {
        let resource = ResourceFields(operation.resource)
        switch result {
        case .success(let answer):
            return Performed(
                answer: answer, action: operation.action.name, resource: resource, detail: detail)
        case .failure(let problem):
            return Performed(
                answer: Answer(problem, sequence: nil), action: operation.action.name,
                resource: resource, reason: "\(problem.code): \(problem.detail)")
        }
    }
}

extension ResourceFields {
    /// How records name what an operation is done to; nil where it names no service and no thing.
    ///
    /// Tags that the decision knew are told where a replay could not find them in the detail.
    init?(_ resource: Resource, withTags: Bool = false) {
        guard resource.service != nil || resource.id != nil else { return nil }
        self.init(
            service: resource.service, namespace: resource.namespace, id: resource.id,
            tags: withTags ? resource.tags : nil)
    }
}
