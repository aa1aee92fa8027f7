internal import Policy

/// Names one instance, untrusted until the registry looks it up.
struct InstanceName: Sendable {
    let namespace: String
    let service: String
    let id: String

    var resource: Resource { Resource(service: service, namespace: namespace, id: id) }

    var unknown: Problem {
        .notFound("no instance \(id) of \(service) in namespace \(namespace)")
    }
}
