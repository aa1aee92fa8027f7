internal import PKI
internal import Policy
internal import Registry

/// An operation with all that it needs, decoded from a request and not yet decided.
enum Command: Sendable {
    case discover(DiscoverQuery)
    case instances(InstancesQuery)
    case services(namespace: String)
    case register(Registration)
    case heartbeat(InstanceName)
    case deregister(InstanceName)
    case issueSVID(SVIDRequest)
    case identity(IdentityCommand)
    case issueToken(JWTSVIDRequest)
    case bundles
    case status
    /// What runs off the event loop.
    case slow(any SlowOperation)

    /// Whether it changes state: an intent record before, an outcome record after.
    var isChange: Bool {
        switch self {
        case .discover, .instances, .services, .bundles, .status: false
        case .register, .heartbeat, .deregister, .issueSVID, .issueToken: true
        case .identity(let command): command.isChange
        case .slow(let operation): operation.isChange
        }
    }

    /// What it is done to, as policy and audit see it.
    var resource: Resource {
        switch self {
        case .discover(let query):
            Resource(service: query.service, namespace: query.namespace)
        case .instances(let query):
            Resource(service: query.service, namespace: query.namespace)
        case .services(let namespace):
            Resource(namespace: namespace)
        case .register(let registration):
            Resource(
                service: registration.service, namespace: registration.namespace,
                id: registration.id, tags: registration.tags)
        case .heartbeat(let name), .deregister(let name):
            Resource(service: name.service, namespace: name.namespace, id: name.id)
        case .issueSVID(let request):
            Resource(service: request.identity.service, namespace: request.identity.namespace)
        case .issueToken(let request):
            Resource(
                service: request.subject?.identity.service,
                namespace: request.subject?.identity.namespace ?? "default")
        case .identity(let command):
            command.resource
        case .bundles, .status:
            Resource()
        case .slow(let operation):
            operation.resource
        }
    }

    /// The command with what only the caller's identity can say; off the event loop where another process signs.
    func completed(
        by principal: Principal, _ performer: Performer
    ) throws(Problem) -> Command {
        switch self {
        case .issueToken(let request):
            let request = try request.completed(by: principal)
            guard performer.trustDomain.signsLocally else {
                return .slow(OutsideIssuance(performer: performer, wanted: .token(request)))
            }
            return .issueToken(request)
        case .issueSVID(let request) where !performer.trustDomain.signsLocally:
            return .slow(OutsideIssuance(performer: performer, wanted: .certificate(request)))
        case .slow(let operation): return .slow(operation.completed(by: principal))
        default: return self
        }
    }

    /// What an intent record needs so that the change can be done again from the log.
    var intentDetail: [UInt8]? {
        switch self {
        case .register(let registration): registration.encodedDetail()
        case .issueSVID(let request): request.encodedDetail()
        case .identity(let command): command.intentDetail
        case .issueToken(let request): request.encodedDetail()
        case .slow(let operation): operation.intentDetail
        case .discover, .instances, .services, .heartbeat, .deregister, .bundles, .status: nil
        }
    }
}

/// Names one instance, untrusted until the registry looks it up.
struct InstanceName: Sendable {
    let namespace: String
    let service: String
    let id: String
}

/// Asks for the instances of one service.
struct InstancesQuery: Sendable {
    let namespace: String
    let service: String
    let filter: InstanceFilter
}
