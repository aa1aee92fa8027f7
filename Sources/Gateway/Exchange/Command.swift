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
    case status

    /// Whether it changes state: an intent record before, an outcome record after.
    var isChange: Bool {
        switch self {
        case .discover, .instances, .services, .status: false
        case .register, .heartbeat, .deregister, .issueSVID: true
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
        case .status:
            Resource()
        }
    }

    /// What an intent record needs so that the change can be done again from the log.
    var intentDetail: [UInt8]? {
        switch self {
        case .register(let registration): registration.encodedDetail()
        case .issueSVID(let request): request.encodedDetail()
        case .discover, .instances, .services, .heartbeat, .deregister, .status: nil
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
