internal import Policy

/// Names one instance, untrusted until the registry looks it up.
package struct InstanceName: Sendable, Hashable {
    let namespace: String
    let service: String
    let id: String

    /// The name in sentences.
    var text: String { "instance \(id) of \(service) in namespace \(namespace)" }

    /// What is judged where nothing is there, which has no tags; they are not unknown.
    var resource: Resource { Resource(service: service, namespace: namespace, id: id, tags: []) }

    var unknown: Problem {
        .notFound("no \(text)")
    }
}
